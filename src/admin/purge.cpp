#include "admin/purge.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/answer.hpp"
#include "admin/event_query.hpp"
#include "admin/in_batches.hpp"
#include "admin/json.hpp"
#include "admin/on_reader.hpp"

#include <span>

namespace webhookd::admin {
namespace {

using runtime::task;

constexpr std::int64_t default_purge_page = 1000;
constexpr std::int64_t largest_purge_page = 5000;

struct purge_page {
    std::vector<store::sequence> events;
    std::int64_t count = 0; ///< in a dry run, of all pages
    bool dry_run = false;
    std::string next_cursor; ///< empty: no more
};

result<purge_page> read_page(store::event_store& store, const http::request& r) {
    const auto q = query::parse(r.query, {"created_lt", "endpoint", "dry_run", "limit", "cursor"});
    if (!q) return q.error();
    const auto before = read_instant(*q, "created_lt");
    if (!before) return before.error();
    if (!*before) return failure{errc::argument_invalid, "'created_lt' must say up to when events go"};
    const auto dry_run = q->flag("dry_run");
    if (!dry_run) return dry_run.error();
    const auto limit = q->number("limit", 1, largest_purge_page);
    if (!limit) return limit.error();
    const auto beyond = read_cursor(*q);
    if (!beyond) return beyond.error();
    store::event_filter filter{.before = *before, .endpoint = q->text("endpoint")};
    purge_page found;
    found.dry_run = *dry_run;
    if (found.dry_run) {
        const auto count = store.count(filter);
        if (!count) return count.error();
        found.count = *count;
        return found;
    }
    const auto size = static_cast<std::size_t>(limit->value_or(default_purge_page));
    const auto events =
        store.search({.filter = std::move(filter), .beyond = *beyond, .oldest_first = true, .limit = size});
    if (!events) return events.error();
    for (const auto& each : *events)
        found.events.push_back(each.seq);
    if (events->size() == size) found.next_cursor = to_cursor(position_of(events->back()));
    return found;
}

http::response summary(const purge_page& p, const store::purge_outcome& done) {
    json_answer json;
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

task<result<store::purge_outcome>> carry_out(const event_sources& from,
                                             std::span<const store::sequence> events) {
    store::purge_outcome all;
    const auto change = [&store = from.store](std::span<const store::sequence> part) {
        return store.purge(part, store::purge_scope::event, store::purged_bytes_at_once);
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

task<http::response> answer_purge(std::shared_ptr<const event_sources> from, http::request& r) {
    auto allowed = from->who.authorize(r, config::role::admin);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    std::function<result<purge_page>()> look = [&from, &r] { return read_page(from->store, r); };
    const auto p = co_await on_reader<purge_page>(from->readers, std::move(look));
    if (!p) co_return to_answer(p.error());
    if (p->dry_run) co_return summary(*p, {});
    const auto done = co_await carry_out(*from, p->events);
    if (!done) co_return to_answer(done.error());
    if (done->purged != 0)
        log::info("events are purged by hand",
                  {{"by", std::get<identity>(allowed).name}, {"events", done->purged}, {"held", done->held}});
    co_return summary(*p, *done);
}

} // namespace

void add_purge(http::router& router, const std::shared_ptr<const event_sources>& from) {
    router.add(http::verb::post, "/v1/events/purge",
               [from](http::request& r) { return answer_purge(from, r); });
}

} // namespace webhookd::admin
