#include "event/sample/objects.hpp"

#include <array>
#include <chrono>

namespace webhookd::event::sample {

namespace {

/// How far a transaction has come when one of its events is sent.
struct progress {
    std::string_view type;
    std::string_view state;
    int percent;
    std::string_view buyer; ///< state of the action
    std::string_view seller;
    std::string_view reviewer;
};

constexpr std::array stages{
    progress{"transaction.lifecycle.created", "draft", 0, "pending", "pending", "pending"},
    progress{"transaction.lifecycle.started", "started", 0, "pending", "pending", "opened"},
    progress{"transaction.lifecycle.paused", "paused", 33, "pending", "pending", "closed"},
    progress{"transaction.lifecycle.cancelled", "cancelled", 66, "closed", "cancelled", "closed"},
    progress{"transaction.lifecycle.expired", "expired", 66, "closed", "expired", "closed"},
    progress{"transaction.lifecycle.completed", "completed", 100, "closed", "closed", "closed"},
};

const progress& stage_of(const event_type& type) {
    for (const auto& stage : stages)
        if (stage.type == type.name) return stage;
    return stages.front();
}

/// The parts of a transaction that refer to one another.
struct parts {
    explicit parts(const story& s)
        : contract(s.id("doc", "contract", 4))
        , annex(s.id("doc", "annex", 4))
        , buyer_signs(s.id("fld", "buyer", 4))
        , buyer_visa(s.id("fld", "visa", 4))
        , seller_signs(s.id("fld", "seller", 4))
        , seller_signs_annex(s.id("fld", "annex", 4)) {}

    std::string contract, annex;
    std::string buyer_signs, buyer_visa, seller_signs, seller_signs_annex;
};

void write_participant(writer& out, const person& p, std::string_view role) {
    out.object("", [&] {
        out.put("email", p.email);
        out.put("full_name", p.full_name);
        out.put("phone_num", p.phone_num);
        out.put("role", role);
        out.put("language", "fr");
        out.put("min_signature_level", p.min_signature_level);
    });
}

void write_field(writer& out, std::string_view id, std::string_view type, int page) {
    out.object("", [&] {
        out.put("id", id);
        out.put("type", type);
        out.put("built_in", false);
        out.put("page", page);
        out.array("consents", [] {});
    });
}

template <class Fields>
void write_document(writer& out, std::string_view id, std::string_view name, int pages, Fields fields) {
    out.object("", [&] {
        out.put("object", "document");
        out.put("id", id);
        out.put("name", name);
        out.put("content_type", "application/pdf");
        out.put("pages", pages);
        out.array("fields", fields);
    });
}

void write_documents(writer& out, const parts& p) {
    out.array("documents", [&] {
        write_document(out, p.contract, "contract.pdf", 12, [&] {
            write_field(out, p.buyer_signs, "signature", 12);
            write_field(out, p.seller_signs, "signature", 12);
            write_field(out, p.buyer_visa, "visa", 3);
        });
        write_document(out, p.annex, "Annexe tarifaire – 2.pdf", 2,
                       [&] { write_field(out, p.seller_signs_annex, "signature", 2); });
    });
}

void write_instructions(writer& out, const story& s, const parts& p) {
    const auto sign = [&](const person& who, std::string_view field) {
        out.object("", [&] {
            out.put("signer", who.email);
            out.put("field", field);
        });
    };
    out.object("instructions", [&] {
        out.array("signatures", [&] {
            sign(s.buyer, p.buyer_signs);
            sign(s.buyer, p.buyer_visa);
            sign(s.seller, p.seller_signs);
            sign(s.seller, p.seller_signs_annex);
        });
        out.array("reviews", [&] {
            out.object("", [&] {
                out.put("reviewer", s.reviewer.email);
                out.put("document", p.contract);
            });
        });
        out.array("captures", [&] {
            out.object("", [&] {
                out.put("participant", s.buyer.email);
                out.put("type", "id_document");
            });
        });
        out.array("sequencing", [&] {
            for (const auto* who : {&s.reviewer, &s.buyer, &s.seller})
                out.array("", [&] { out.put("", who->email); });
        });
        out.array("editions", [&] {
            out.object("", [&] {
                out.put("editor", s.seller.email);
                out.put("participant", s.buyer.email);
            });
        });
    });
}

void write_actions(writer& out, const story& s, const progress& stage) {
    const auto action = [&](const person& who, std::string_view kind, std::string_view state) {
        out.object("", [&] {
            out.put("id", who.action_id);
            out.put("type", kind);
            out.put("participant_email", who.email);
            out.put("state", state);
        });
    };
    out.array("actions", [&] {
        action(s.reviewer, "review", stage.reviewer);
        action(s.buyer, "sign", stage.buyer);
        action(s.seller, "sign", stage.seller);
    });
}

} // namespace

void write_transaction(writer& out, const story& s, const event_type& type) {
    const auto& stage = stage_of(type);
    const parts p(s);
    out.put("object", "transaction");
    out.put("id", s.transaction_id());
    out.put("folder_id", s.id("fol"));
    out.put("folder_name", "Contracts");
    out.put("created_at", s.started());
    out.put("duration", 14 * 24 * 60);
    out.put("name", s.transaction_name());
    out.put("state", stage.state);
    out.put("stalled", false);
    out.put("language", "fr");
    out.object("creator", [&] {
        out.put("workspace_name", "Exemplaire & Fils");
        out.put("api_key_name", "crm-integration");
    });
    out.array("participants", [&] {
        write_participant(out, s.buyer, "signer");
        write_participant(out, s.seller, "signer");
        write_participant(out, s.reviewer, "reviewer");
    });
    out.array("watchers", [&] {
        out.object("", [&] {
            out.put("email", s.watcher.email);
            out.put("full_name", s.watcher.full_name);
        });
    });
    out.array("sealers", [&] {
        out.object("", [&] {
            out.put("id", s.id("sea", "", 8));
            out.put("name", "Exemplaire & Fils");
            out.put("document", p.contract);
        });
    });
    write_documents(out, p);
    write_instructions(out, s, p);
    write_actions(out, s, stage);
    out.object("metadata", [&] {
        out.put("crm_reference", "C-" + std::to_string(100'000 + s.number("reference", 900'000)));
        out.put("department", "sales");
    });
    out.put("progress_value", stage.percent);
}

void write_message(writer& out, const story& s, const event_type& type) {
    out.put("object", "message");
    out.put("id", s.id("msg"));
    out.put("transaction_id", s.transaction_id());
    out.put("participant_email", s.buyer.email);
    out.put("text", "Bonjour, une question sur l’article 4 : \"préavis\" de 2 ou 3 mois ? 🙂");
    out.put("sent_at", s.time_of(type));
}

} // namespace webhookd::event::sample
