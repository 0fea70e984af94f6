#include <webhookd/runtime/log.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

#include <span>

namespace webhookd::admin {
namespace {

constexpr std::int64_t default_purge_page = 1000;
constexpr std::int64_t largest_purge_page = 5000;

struct purge_page {
    std::vector<store::event_offset> events;
    std::int64_t count = 0; ///< in a dry run, of all pages
    bool dry_run = false;
    std::string next_cursor; ///< empty: no more
};

/// On a reader's thread.
result<purge_page> read_page(const query& q, store::event_query& kept) {
    const auto before = read_instant(q, "created_lt");
    if (!before) return before.error();
    if (!*before) return failure{errc::argument_invalid, "'created_lt' must say up to when events go"};
    const auto dry_run = q.flag("dry_run");
    if (!dry_run) return dry_run.error();
    const auto limit = q.number("limit", 1, largest_purge_page);
    if (!limit) return limit.error();
    const auto beyond = read_cursor(q);
    if (!beyond) return beyond.error();
    store::event_filter filter{.before = *before, .endpoint = q.text("endpoint")};
    purge_page found;
    found.dry_run = *dry_run;
    if (found.dry_run) {
        const auto count = kept.count(filter);
        if (!count) return count.error();
        found.count = *count;
        return found;
    }
    const auto size = static_cast<std::size_t>(limit->value_or(default_purge_page));
    const auto events =
        kept.search({.filter = std::move(filter), .beyond = *beyond, .oldest_first = true, .limit = size});
    if (!events) return events.error();
    for (const auto& each : *events)
        found.events.push_back(each.offset);
    if (events->size() == size) found.next_cursor = to_cursor(position_of(events->back()));
    return found;
}

http::response summary(const purge_page& p, const store::purge_outcome& done) {
    json_response json;
    json.begin_object();
    json.text("object", "purge");
    json.flag("dry_run", p.dry_run);
    json.number("events", p.dry_run ? p.count : static_cast<std::int64_t>(done.purged));
    json.number("held", static_cast<std::int64_t>(done.held));
    json.flag("has_more", !p.next_cursor.empty());
    json.maybe_text("next_cursor", p.next_cursor);
    json.end_object();
    return json.take();
}

task<result<store::purge_outcome>> carry_out(const api_sources& from,
                                             std::span<const store::event_offset> events) {
    store::purge_outcome all;
    const auto change = [&retention = from.retention](std::span<const store::event_offset> part) {
        return retention.purge(part, store::purge_scope::event, store::purged_bytes_at_once);
    };
    const auto add = [&all](const store::purge_outcome& done) {
        all.purged += done.purged;
        all.held += done.held;
    };
    const auto done =
        co_await in_batches<store::purge_outcome>(from.writer, events, store::purged_at_once, change, add);
    if (!done) co_return done.error();
    co_return all;
}

} // namespace

task<outcome> purge_events(const call& c) {
    std::function<result<purge_page>()> read = [&c] { return read_page(c.parameters, c.from.events); };
    const auto page = co_await on_reader<purge_page>(c.from.readers, std::move(read));
    if (!page) co_return page.error();
    if (page->dry_run) co_return summary(*page, {});
    const auto done = co_await carry_out(c.from, page->events);
    if (!done) co_return done.error();
    if (done->purged != 0)
        log::info("events are purged by hand",
                  {{"by", c.who.name}, {"events", done->purged}, {"held", done->held}});
    co_return summary(*page, *done);
}

} // namespace webhookd::admin
