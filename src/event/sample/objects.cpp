#include "event/sample/objects.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace webhookd::event::sample {
namespace {

constexpr std::string_view short_consent =
    "J’ai pris connaissance des conditions générales et je les accepte.";

// Close to 600 characters, the most that a consent may have.
constexpr std::string_view long_consent =
    "En cochant cette case, je reconnais avoir reçu, lu et compris l’intégralité du présent "
    "contrat et de ses annexes, avoir disposé d’un délai suffisant pour les examiner, et j’en "
    "accepte sans réserve chacune des stipulations. Je consens à signer par voie "
    "électronique, je reconnais que cette signature a la même valeur qu’une signature "
    "manuscrite au sens de l’article 1367 du Code civil, et j’accepte que les preuves de "
    "l’opération (horodatage, adresses, certificats) soient conservées pendant toute la durée "
    "légale. J’ai été informé de mon droit de rétractation de quatorze jours à compter de ce "
    "jour.";

constexpr std::array<std::string_view, 3> certificate_levels{"lcp", "qcp", "qcpnqscd"};

std::string_view last_word_of(const event_type& type) {
    return type.name.substr(type.name.rfind('.') + 1);
}

void write_task(writer& out, std::string_view type, bool is_done, std::string_view field_id) {
    out.object("", [&] {
        out.put("type", type);
        out.put("state", is_done ? "done" : "todo");
        if (!field_id.empty()) out.put("field", field_id);
    });
}

bool is_filled(const field& f, const scenario& s, step now) {
    return std::ranges::any_of(s.participants(), [&](const person* who) {
        return who->closes <= now && std::ranges::find(f.signers, who->email) != f.signers.end();
    });
}

void write_tasks(writer& out, const scenario& s, const std::vector<paper>& papers, const person& actor,
                 step now) {
    if (&actor == &s.reviewer) write_task(out, "review", actor.closes <= now, "");
    for (const auto& each : papers)
        for (const auto& f : each.fields)
            if (std::ranges::find(f.signers, actor.email) != f.signers.end())
                write_task(out, f.type, is_filled(f, s, now), f.id);
}

/// These four members and no others are documented.
void write_stall(writer& out, const scenario& s) {
    const auto reasons = stall_reasons();
    out.put("participant_email", s.buyer.email);
    out.put("action_id", s.buyer.action_id);
    out.put("transaction_id", s.transaction_id());
    out.put("stalled_reason", reasons[s.number("stalled_reason", reasons.size())].name);
}

} // namespace

std::vector<paper> make_papers(const scenario& s) {
    const auto make_field = [&](std::string_view role, std::string_view type, int page,
                                std::vector<std::string> signers) {
        return field{.id = s.id("fld", role, 4), .type = type, .page = page, .signers = std::move(signers)};
    };
    std::vector<field> contract{
        make_field("buyer", "signature", 12, {s.buyer.email}),
        make_field("visa", "visa", 3, {s.buyer.email}),
        make_field("seller", "signature", 12, {s.seller.email}),
        make_field("witness", "signature", 12, {s.witness.email}),
        make_field("seal", "signature", 1, {s.seal_id("contract")}),
    };
    contract.front().consents = {short_consent};
    if (s.number("consent", 4) == 0) contract.front().consents.push_back(long_consent);

    std::vector<field> annex{
        make_field("annex", "signature", 2, {s.seller.email}),
        make_field("notary", "signature", 2, {s.guarantor.email, s.notary.email}),
        make_field("guarantor", "signature", 2, {s.buyer.email, s.guarantor.email}),
    };
    annex.back().signers_member = "signers";

    return {
        {s.id("doc", "contract", 4), "contract.pdf", std::move(contract)},
        {s.id("doc", "annex", 4), "Annexe tarifaire – 2.pdf", std::move(annex)},
    };
}

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

std::string_view state_of(const person& actor, step now) {
    return actor.closes <= now ? "closed" : "open";
}

void write_action_members(writer& out, const scenario& s, const std::vector<paper>& papers,
                          const person& actor, step now) {
    out.put("id", actor.action_id);
    out.put("actor", actor.email);
    out.put("state", state_of(actor, now));
    out.put("started_at", actor.action_start);
    // Anybody with such a link can sign, unless there is an access control.
    out.put("url", "https://sign.universign.example/act/" + s.id("sig", actor.action_id, 24));
    out.array("tasks", [&] { write_tasks(out, s, papers, actor, now); });
}

void write_action(writer& out, const scenario& s, const event_type& type) {
    if (type.name == "action.stalled") return write_stall(out, s);
    out.put("object", "action");
    write_action_members(out, s, make_papers(s), s.buyer,
                         type.name == "action.closed" ? step::agreed : step::started);
    out.put("transaction_id", s.transaction_id());
}

} // namespace webhookd::event::sample
