#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

using event::events_report;

result<store::consumption_window> read_window(const query& q) {
    const auto after = read_instant(q, "created_gt");
    if (!after) return after.error();
    const auto before = read_instant(q, "created_lt");
    if (!before) return before.error();
    return store::consumption_window{*after, *before, q.text("endpoint"), q.text("api_key")};
}

/// Member for member as Universign's.
void write_members(json_response& json, const events_report& report) {
    json.begin_object();
    json.text("object", "events-report");
    json.number("total", report.total);
    json.number("visas", report.visas);
    json.number("seals", report.seals);
    json.number("reviews", report.reviews);
    json.number("signatures", report.signatures);
    json.key("signatures_by_required_level");
    json.begin_object();
    for (const auto& [level, count] : report.signatures_by_required_level)
        json.number(level, count);
    json.end_object();
    json.end_object();
}

http::response compared(const store::consumption_window& window, const std::string& url,
                        const events_report& ours, const events_report& theirs) {
    const auto lines = event::compare(ours, theirs);
    const auto differing =
        std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.difference() != 0; });
    json_response json;
    json.begin_object();
    json.text("object", "events-report-comparison");
    json.instant("created_gt", window.after);
    json.instant("created_lt", window.before);
    json.maybe_text("endpoint", window.endpoint);
    json.text("asked", url);
    json.number("differing", differing);
    json.key("lines");
    json.begin_array();
    for (const auto& line : lines) {
        json.begin_object();
        json.text("field", line.field);
        json.number("received", line.received);
        json.number("universign", line.universign);
        json.number("difference", line.difference());
        json.end_object();
    }
    json.end_array();
    json.key("received");
    write_members(json, ours);
    json.key("universign");
    write_members(json, theirs);
    json.end_object();
    return json.take();
}

/// Of what was received. Reads the store.
result<events_report> count_received(store::event_query& events, const store::consumption_window& window) {
    const auto used = events.consumed(window);
    if (!used) return used.error();
    return event::to_report(*used);
}

} // namespace

outcome show_report(const call& c) {
    const auto window = read_window(c.parameters);
    if (!window) return window.error();
    const auto ours = count_received(c.from.events, *window);
    if (!ours) return ours.error();
    json_response json;
    write_members(json, *ours);
    return json.take();
}

/// Universign's first, because it takes longer: so events that arrive meanwhile are in ours.
task<outcome> compare_report(const call& c) {
    const auto window = read_window(c.parameters);
    if (!window) co_return window.error();
    const auto theirs = co_await c.from.universign.report(window->after, window->before);
    if (!theirs) co_return theirs.error();
    std::function<result<events_report>()> count = [&] { return count_received(c.from.events, *window); };
    const auto ours = co_await on_reader<events_report>(c.from.readers, std::move(count));
    if (!ours) co_return ours.error();
    co_return compared(*window, c.from.universign.url(), *ours, *theirs);
}

} // namespace webhookd::admin
