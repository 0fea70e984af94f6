#include "event/sample/objects.hpp"

#include <chrono>

namespace webhookd::event::sample {

namespace {

std::string_view last_name_of(const event_type& type) {
    return type.name.substr(type.name.rfind('.') + 1);
}

std::string_view action_state(std::string_view type) {
    if (type == "action.closed") return "closed";
    if (type == "action.waitingperiod.cancelled" || type == "action.waitingperiod.ended") return "pending";
    return "opened";
}

} // namespace

void write_action(writer& out, const story& s, const event_type& type) {
    if (type.name == "action.stalled") {
        // These four members and no others are documented (wire-contract "Envelope").
        const auto reasons = stall_reasons();
        out.put("participant_email", s.buyer.email);
        out.put("action_id", s.buyer.action_id);
        out.put("transaction_id", s.transaction_id());
        out.put("stalled_reason", reasons[s.number("stalled_reason", reasons.size())].name);
        return;
    }
    out.put("object", "action");
    out.put("id", s.buyer.action_id);
    out.put("transaction_id", s.transaction_id());
    out.put("participant_email", s.buyer.email);
    out.put("type", "sign");
    out.put("state", action_state(type.name));
    if (type.name == "action.closed") out.put("closed_at", s.time_of(type));
    if (type.name.ends_with("reminder.sent")) {
        out.put("sent_at", s.time_of(type));
        out.put("channel", "email");
    }
}

void write_api_key(writer& out, const story& s, const event_type& type) {
    out.put("object", "apikey");
    out.put("id", s.id("key"));
    out.put("name", type.name == "apikey.created" ? "crm" : "crm-integration");
    out.put("created_at", s.time_of(*find_type("apikey.created")));
    out.put("role", "integrator");
    out.put("state", type.name == "apikey.deleted" ? "deleted" : "active");
}

void write_identity_validation(writer& out, const story& s, const event_type& type) {
    out.put("object", "identity-validation");
    out.put("id", s.id("idv"));
    out.put("transaction_id", s.transaction_id());
    out.put("participant_email", s.buyer.email);
    out.put("state", "processed");
    out.put("processed_at", s.time_of(type));
    out.object("result", [&] {
        out.put("status", "valid");
        out.put("full_name", s.buyer.full_name);
        out.put("document_type", "passport");
    });
}

void write_registration(writer& out, const story& s, const event_type& type) {
    using namespace std::chrono_literals;
    const bool identity = type.name.starts_with("registration.identity.");
    const auto created = s.started() - 96h;
    out.put("object", "registration");
    out.put("id", s.id("reg"));
    out.put("created_at", created);
    out.put("expires_at", created + 24h * 7);
    out.put("email", s.seller.email);
    out.put("full_name", s.seller.full_name);
    out.put("phone_num", s.seller.phone_num);
    // An identity's check has a status, the registration itself goes on; else the last word of the type is
    // the state.
    if (identity)
        out.put("verification_status", last_name_of(type) == "verified" ? "success" : "failure");
    else
        out.put("state", last_name_of(type));
    if (type.name == "registration.certificate.activated" || type.name == "registration.lifecycle.completed")
        out.object("certificate", [&] {
            out.put("id", s.id("cer"));
            out.put("name", s.seller.full_name);
            out.put("level", "level2");
        });
}

} // namespace webhookd::event::sample
