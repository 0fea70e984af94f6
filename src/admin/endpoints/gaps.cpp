#include <webhookd/event/retry_schedule.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/endpoints/gap_scan.hpp"
#include "admin/format/json.hpp"
#include "admin/format/records.hpp"
#include "admin/parameters.hpp"

namespace webhookd::admin {
namespace {

constexpr std::int64_t default_gaps_page = 50;
constexpr std::int64_t largest_gaps_page = 1000;
constexpr std::int64_t longest_grace = 7 * 24 * 3600;
/// Each costs a count of what arrived of it.
constexpr std::size_t most_outages = 100;

result<void> write(json_response& json, const store::outage& o, store::event_query& events,
                   const std::string& endpoint, timestamp now) {
    const auto of = o.endpoint.empty() ? endpoint : o.endpoint;
    const auto arrived = events.count({.after = o.began, .before = o.ended, .endpoint = of});
    if (!arrived) return arrived.error();
    const auto outlook = event::outlook_of_outage(o.began, o.ended);
    json.begin_object();
    json.text("object", "outage");
    json.text("reason", to_string(o.reason));
    json.maybe_text("endpoint", o.endpoint);
    json.instant("began", o.began);
    json.instant("ended", o.ended);
    json.number("refused", o.refused);
    json.number("arrived", *arrived);
    json.text("retries", outlook.last_try > now ? "expected" : "over");
    json.instant("tried_again_by", outlook.tried_again_by);
    json.instant("last_try_from", outlook.last_from);
    json.instant("last_try", outlook.last_try);
    json.instant("in_doubt_before", outlook.in_doubt_before);
    json.instant("given_up_before", outlook.given_up_before);
    json.end_object();
    return {};
}

result<gap_question> read_question(const query& q) {
    gap_question wanted;
    const auto after = read_instant(q, "created_gt");
    if (!after) return after.error();
    const auto before = read_instant(q, "created_lt");
    if (!before) return before.error();
    const auto beyond = read_cursor(q);
    if (!beyond) return beyond.error();
    const auto limit = q.number("limit", 1, largest_gaps_page);
    if (!limit) return limit.error();
    const auto grace = q.number("grace", 0, longest_grace);
    if (!grace) return grace.error();
    wanted.after = *after;
    wanted.before = *before;
    wanted.endpoint = q.text("endpoint");
    wanted.beyond = *beyond;
    wanted.limit = static_cast<std::size_t>(limit->value_or(default_gaps_page));
    if (*grace) wanted.grace = std::chrono::seconds(**grace);
    return wanted;
}

result<void> write_outages(json_response& json, const api_sources& from, const gap_question& wanted,
                           timestamp now) {
    std::vector<store::outage> outages;
    if (!wanted.beyond) {
        auto found = from.instances.outages({wanted.after, wanted.before, wanted.endpoint, most_outages});
        if (!found) return found.error();
        outages = std::move(*found);
    }
    json.key("outages");
    json.begin_array();
    for (const auto& each : outages)
        if (auto done = write(json, each, from.events, wanted.endpoint, now); !done) return done.error();
    json.end_array();
    return {};
}

} // namespace

outcome list_gaps(const call& c) {
    const auto wanted = read_question(c.parameters);
    if (!wanted) return wanted.error();
    const auto now = c.from.clock.now();
    const auto page = gap_scan(c.from.events, now).page(*wanted);
    if (!page) return page.error();
    json_response json;
    json.begin_object();
    json.text("object", "list");
    json.key("data");
    json.begin_array();
    for (const auto& each : page->gaps)
        write(json, each, now);
    json.end_array();
    json.flag("has_more", page->next.has_value());
    json.maybe_text("next_cursor", page->next ? to_cursor(*page->next) : "");
    if (auto done = write_outages(json, c.from, *wanted, now); !done) return done.error();
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
