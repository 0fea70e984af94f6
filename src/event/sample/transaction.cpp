#include "event/sample/objects.hpp"

#include <array>
#include <initializer_list>

namespace webhookd::event::sample {

namespace {

/// A transaction when one of its events is sent.
struct stage {
    std::string_view type;
    std::string_view state;
    step now;
    int percent;
    bool is_stalled;
};

constexpr std::array stages{
    stage{"transaction.lifecycle.created", "draft", step::draft, 0, false},
    stage{"transaction.lifecycle.started", "started", step::started, 0, false},
    stage{"transaction.lifecycle.paused", "paused", step::reviewed, 10, false},
    stage{"transaction.lifecycle.cancelled", "cancelled", step::agreed, 40, false},
    stage{"transaction.lifecycle.expired", "expired", step::agreed, 40, true},
    stage{"transaction.lifecycle.completed", "completed", step::done, 100, false},
};

const stage& stage_of(const event_type& type) {
    for (const auto& each : stages)
        if (each.type == type.name) return each;
    return stages.front();
}

void write_participant(writer& out, const scenario& s, const person& p, step now) {
    // Disabling it is for simple signatures, and goes with having no invitations.
    const bool without_access_control = &p == &s.buyer && s.number("access_control", 2) == 0;
    out.object("", [&] {
        out.put("email", p.email);
        if (!p.full_name.empty()) {
            out.put("full_name", p.full_name);
            out.put("full_name_type", "prerequisite");
            out.put("phone_number", p.phone_number);
            out.put("phone_number_type", "suggestion");
        }
        out.put("min_signature_level", p.min_signature_level);
        out.array("schedule", [&] {
            if (!without_access_control) out.put("", 0);
        });
        out.put("state", state_of(p, now));
        if (without_access_control) out.put("access_control", "none");
        out.put("waiting_period", &p == &s.buyer ? 2 : 0);
    });
}

void write_field(writer& out, const field& f) {
    out.object("", [&] {
        out.put("id", f.id);
        out.put("type", f.type);
        out.put("built_in", false);
        out.array("consents", [&] {
            for (const auto text : f.consents)
                out.put("", text);
        });
        out.put("page", f.page);
    });
}

void write_documents(writer& out, const std::vector<paper>& papers) {
    out.array("documents", [&] {
        for (const auto& each : papers)
            out.object("", [&] {
                out.put("id", each.id);
                out.put("name", each.name);
                out.array("fields", [&] {
                    for (const auto& f : each.fields)
                        write_field(out, f);
                });
            });
    });
}

void write_signature(writer& out, const field& f) {
    out.object("", [&] {
        if (f.signers.size() == 1)
            out.put("signer", f.signers.front());
        else
            out.array(f.signers_member, [&] {
                for (const auto& each : f.signers)
                    out.put("", each);
            });
        out.put("field", f.id);
    });
}

void write_sequence(writer& out, std::initializer_list<const person*> before,
                    std::initializer_list<const person*> after) {
    const auto addresses = [&](std::string_view name, std::initializer_list<const person*> people) {
        out.array(name, [&] {
            for (const auto* who : people)
                out.put("", who->email);
        });
    };
    out.object("", [&] {
        addresses("before", before);
        addresses("after", after);
    });
}

void write_capture(writer& out, const person& actor) {
    out.object("", [&] {
        out.put("actor", actor.email);
        out.put("document_type", "identity_document");
        out.array("accepted_identity_documents", [&] {
            out.put("", "identity_card");
            out.put("", "passport");
        });
        out.put("total_items_required", 1);
    });
}

void write_instructions(writer& out, const scenario& s, const std::vector<paper>& papers) {
    out.object("instructions", [&] {
        out.array("signatures", [&] {
            for (const auto& each : papers)
                for (const auto& f : each.fields)
                    write_signature(out, f);
        });
        out.array("reviews", [&] {
            out.object("", [&] {
                out.put("reviewer", s.reviewer.email);
                out.put("recipient", s.seller.email);
            });
        });
        out.array("captures", [&] { write_capture(out, s.buyer); });
        out.array("sequencing", [&] {
            write_sequence(out, {&s.reviewer, &s.buyer}, {&s.seller, &s.witness});
            write_sequence(out, {&s.seller}, {&s.guarantor, &s.notary});
        });
        out.array("editions", [&] {
            out.object("", [&] {
                out.put("editor", s.buyer.email);
                out.put("participant", s.witness.email);
            });
        });
    });
}

/// One of the two signs a field; the other signs none.
void write_sealers(writer& out, const scenario& s) {
    out.array("sealers", [&] {
        for (const std::string_view role : {"contract", "unused"})
            out.object("", [&] {
                out.put("id", s.seal_id(role));
                out.put("name", "Exemplaire & Fils");
            });
    });
}

void write_actions(writer& out, const scenario& s, const std::vector<paper>& papers, step now) {
    out.array("actions", [&] {
        for (const auto* who : s.participants())
            if (who->opens <= now) out.object("", [&] { write_action_members(out, s, papers, *who, now); });
    });
}

void write_people(writer& out, const scenario& s, step now) {
    out.array("participants", [&] {
        for (const auto* who : s.participants())
            write_participant(out, s, *who, now);
    });
    out.array("watchers", [&] { out.object("", [&] { out.put("email", s.watcher.email); }); });
    out.array("carbon_copies", [&] { out.put("", s.copied.email); });
    write_sealers(out, s);
}

/// Keys may have blanks, but no `=`, `+` or `_`.
void write_metadata(writer& out, const scenario& s) {
    out.object("metadata", [&] {
        out.put("CRM reference", "C-" + std::to_string(100'000 + s.number("reference", 900'000)));
        out.put("department", "sales");
        out.put("Centre de coûts", std::to_string(100 + s.number("cost_centre", 900)));
    });
}

} // namespace

void write_transaction(writer& out, const scenario& s, const event_type& type) {
    const auto& at = stage_of(type);
    const auto papers = make_papers(s);
    out.put("object", "transaction");
    out.put("id", s.transaction_id());
    out.put("folder_id", s.id("fol"));
    out.put("created_at", s.started());
    if (at.now != step::draft) out.put("started_at", s.time_of("transaction.lifecycle.started"));
    out.put("duration", 14 * 24 * 60);
    out.put("name", s.transaction_name());
    out.put("folder_name", "Contracts");
    out.put("stalled", at.is_stalled);
    out.put("language", "fr");
    out.object("creator", [&] {
        out.put("workspace_name", "Exemplaire & Fils");
        out.put("api_key_name", "crm-integration");
    });
    out.put("state", at.state);
    write_people(out, s, at.now);
    write_documents(out, papers);
    out.array("uploads", [] {});
    write_instructions(out, s, papers);
    write_actions(out, s, papers, at.now);
    write_metadata(out, s);
    out.put("progress_value", at.percent);
    out.put("private", s.number("private", 2) == 1);
}

} // namespace webhookd::event::sample
