#include "admin/replay.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/answer.hpp"
#include "admin/event_query.hpp"
#include "admin/find_event.hpp"
#include "admin/json.hpp"
#include "admin/on_reader.hpp"
#include "admin/on_writer.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

using http::problem;
using http::status;
using runtime::task;
using plans = std::vector<store::event_plan>;

constexpr std::int64_t default_batch = 500;
constexpr std::int64_t largest_batch = 1000;
/// Planned in one transaction, between batches of new events: an acknowledgement waits a few milliseconds.
constexpr std::size_t planned_at_once = 100;

/// What a request asks for, and what came of it.
struct replay {
    plans wanted;
    bool dry_run = false;
    std::int64_t without_body = 0; ///< events that cannot be run again
    std::string next_cursor;       ///< empty: no more

    [[nodiscard]] std::int64_t deliveries() const {
        std::int64_t all = 0;
        for (const auto& each : wanted)
            all += std::ssize(each.deliveries);
        return all;
    }
};

using replay_reading = result<replay> (*)(const event_sources&, const http::request&);

/// The deliveries that today's routes give the event, of all handlers or of one. Nothing without its body.
std::optional<store::event_plan> plan_one(const event_sources& from, const store::stored_event& e,
                                          const std::string& handler) {
    const auto body = event::document::parse(e.body);
    if (!body) return std::nullopt;
    store::event_plan p{e.seq, from.plan(e.endpoint, e.envelope, *body)};
    if (!handler.empty()) std::erase_if(p.deliveries, [&](const auto& d) { return d.handler != handler; });
    return p;
}

result<replay> read_one(const event_sources& from, const http::request& r) {
    const auto q = query::parse(r.query, {"endpoint", "handler", "dry_run"});
    if (!q) return q.error();
    const auto dry_run = q->flag("dry_run");
    if (!dry_run) return dry_run.error();
    const auto e = find_event(from.store, r, *q);
    if (!e) return e.error();
    auto planned = plan_one(from, *e, q->text("handler"));
    replay one;
    one.dry_run = *dry_run;
    if (!planned)
        one.without_body = 1;
    else if (!planned->deliveries.empty())
        one.wanted.push_back(std::move(*planned));
    return one;
}

/// Oldest first, so that what is kept in a sequence runs in its order.
result<replay> read_many(const event_sources& from, const http::request& r) {
    const auto q = query::parse(r.query, replay_parameters);
    if (!q) return q.error();
    auto filter = read_filter(*q, from.store);
    if (!filter) return filter.error();
    const auto limit = q->number("limit", 1, largest_batch);
    if (!limit) return limit.error();
    const auto beyond = read_cursor(*q);
    if (!beyond) return beyond.error();
    const auto dry_run = q->flag("dry_run");
    if (!dry_run) return dry_run.error();
    const auto batch = static_cast<std::size_t>(limit->value_or(default_batch));
    auto found = from.store.search(
        {.filter = std::move(*filter), .beyond = *beyond, .oldest_first = true, .limit = batch + 1});
    if (!found) return found.error();
    replay many;
    many.dry_run = *dry_run;
    if (found->size() > batch) {
        found->pop_back();
        many.next_cursor = to_cursor(position_of(found->back()));
    }
    // One body at a time: together they could be large.
    for (const auto& each : *found) {
        const auto whole = from.store.find(each.endpoint, each.envelope.id);
        auto planned = whole ? plan_one(from, *whole, q->text("handler")) : std::nullopt;
        if (!planned)
            ++many.without_body;
        else if (!planned->deliveries.empty())
            many.wanted.push_back(std::move(*planned));
    }
    return many;
}

http::response summary(const replay& done) {
    json_answer json;
    json.begin_object();
    json.text("object", "replay");
    json.flag("dry_run", done.dry_run);
    json.number("events", std::ssize(done.wanted));
    json.number("deliveries", done.deliveries());
    json.number("without_body", done.without_body);
    json.flag("has_more", !done.next_cursor.empty());
    json.maybe_text("next_cursor", done.next_cursor);
    json.end_object();
    return json.take();
}

task<result<void>> carry_out(const event_sources& from, const plans& wanted) {
    for (std::size_t first = 0; first < wanted.size(); first += planned_at_once) {
        const auto count = std::min(planned_at_once, wanted.size() - first);
        using ids = std::vector<store::delivery_id>;
        std::function<result<ids>()> write = [part = std::span(wanted).subspan(first, count),
                                              &store = from.store] { return store.plan(part); };
        const auto done = co_await on_writer<ids>(from.writer, std::move(write));
        if (!done) co_return done.error();
        from.engine.wake();
    }
    co_return result<void>{};
}

task<http::response> answer_replay(std::shared_ptr<const event_sources> from, http::request& r,
                                   replay_reading read) {
    auto allowed = from->who.authorize(r, config::role::admin);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    std::function<result<replay>()> look = [&from, &r, read] { return read(*from, r); };
    const auto planned = co_await on_reader<replay>(from->readers, std::move(look));
    if (!planned) co_return to_answer(planned.error());
    if (planned->without_body != 0 && !r.parameters.empty())
        co_return problem(status::conflict, "The event cannot be replayed: its body was purged.");
    if (planned->dry_run) co_return summary(*planned);
    if (planned->wanted.empty() && !r.parameters.empty())
        co_return problem(status::conflict,
                          "No route plans a delivery of this event, or none to that handler.");
    if (from->overloaded())
        co_return http::unavailable("As many deliveries wait as may: see queue.max_pending.",
                                    std::chrono::seconds(5));
    const auto done = co_await carry_out(*from, planned->wanted);
    if (!done) co_return to_answer(done.error());
    log::info("events are replayed by hand", {{"by", std::get<identity>(allowed).name},
                                              {"event", r.parameters.empty() ? "" : r.parameters.at(0)},
                                              {"events", planned->wanted.size()},
                                              {"deliveries", planned->deliveries()}});
    co_return summary(*planned);
}

} // namespace

void add_replay(http::router& router, const std::shared_ptr<const event_sources>& from) {
    const auto post = [&](const char* path, replay_reading read) {
        router.add(http::verb::post, path,
                   [from, read](http::request& r) { return answer_replay(from, r, read); });
    };
    post("/v1/events/replay", read_many);
    post("/v1/events/{id}/replay", read_one);
}

} // namespace webhookd::admin
