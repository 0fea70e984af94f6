#include "event/sample/objects.hpp"

#include <array>

namespace webhookd::event::sample {

namespace {

constexpr std::array<std::string_view, 3> certificate_levels{"lcp", "qcp", "qcpnqscd"};

std::string_view last_word_of(const event_type& type) {
    return type.name.substr(type.name.rfind('.') + 1);
}

} // namespace

void write_api_key(writer& out, const scenario& s, const event_type& type) {
    const bool is_new = type.name == "apikey.created";
    out.put("object", "apikey");
    out.put("id", s.id("apk"));
    out.put("created_at", s.time_of("apikey.created"));
    out.put("name", is_new ? "crm" : "crm-integration");
    if (is_new) out.put("token", s.id("apikey", "token", 40));
}

void write_message(writer& out, const scenario& s, const event_type& type) {
    out.put("object", "message");
    out.put("id", s.id("msg"));
    out.put("sent_at", s.time_of(type.name));
    out.put("message", "Bonjour, une question sur l’article 4 : \"préavis\" de 2 ou 3 mois ? 🙂");
    out.put("from_participant", true);
    out.put("was_read", false);
    out.put("transaction_id", s.transaction_id());
}

void write_identity_validation(writer& out, const scenario& s, const event_type&) {
    out.put("object", "identity-validation");
    out.put("id", s.id("idv"));
    out.put("state", "processed");
    out.put("email", s.buyer.email);
    out.put("full_name", s.buyer.full_name);
    out.put("document_type", s.number("identity_document", 2) == 0 ? "id_card:fra" : "passport:fra");
}

void write_registration(writer& out, const scenario& s, const event_type& type) {
    const bool goes_on = type.name.starts_with("registration.identity.");
    out.put("object", "registration");
    out.put("id", s.id("reg"));
    out.put("state", goes_on ? "open" : last_word_of(type));
    out.put("url", "https://register.universign.example/" + s.id("ses", "registration", 24));
    out.put("applicant", s.seller.email);
    out.put("level", certificate_levels[s.number("certificate_level", certificate_levels.size())]);
    out.put("fullname", s.seller.full_name);
    out.put("phone_number", s.seller.phone_number);
    out.put("language", "fr");
    if (type.name == "registration.identity.verified")
        out.put("verification_status", s.number("verification", 4) == 0 ? "failure" : "success");
}

} // namespace webhookd::event::sample
