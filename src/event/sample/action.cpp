#include "event/sample/objects.hpp"

#include <algorithm>

namespace webhookd::event::sample {

namespace {

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
