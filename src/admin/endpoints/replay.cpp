#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

using http::problem;
using http::status;
using plans = std::vector<store::event_plan>;

constexpr std::int64_t default_batch = 500;
constexpr std::int64_t largest_batch = 1000;
/// Planned in one transaction, between batches of new events: an acknowledgement waits a few milliseconds.
constexpr std::size_t planned_at_once = 100;

/// What a call asks for, and its outcome.
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

/// The deliveries that today's routes give the event, of all handlers or of one. Nothing without its body.
std::optional<store::event_plan> plan_one(const api_sources& from, const store::stored_event& e,
                                          const std::string& handler) {
    const auto body = event::document::parse(e.body);
    if (!body) return std::nullopt;
    store::event_plan p{e.offset, from.planner.plan(e.endpoint, e.envelope, *body)};
    if (!handler.empty()) std::erase_if(p.deliveries, [&](const auto& d) { return d.handler != handler; });
    return p;
}

/// On a reader's thread, as `read_many`.
result<replay> read_one(const call& c) {
    const auto dry_run = c.parameters.flag("dry_run");
    if (!dry_run) return dry_run.error();
    const auto e = find_event(c.from.events, c.id(), c.parameters);
    if (!e) return e.error();
    auto planned = plan_one(c.from, *e, c.parameters.text("handler"));
    replay one;
    one.dry_run = *dry_run;
    if (!planned)
        one.without_body = 1;
    else if (!planned->deliveries.empty())
        one.wanted.push_back(std::move(*planned));
    return one;
}

/// Oldest first, so that what is kept in order runs in its order.
result<replay> read_many(const call& c) {
    const auto& q = c.parameters;
    auto filter = read_filter(q, c.from.events);
    if (!filter) return filter.error();
    const auto limit = q.number("limit", 1, largest_batch);
    if (!limit) return limit.error();
    const auto beyond = read_cursor(q);
    if (!beyond) return beyond.error();
    const auto dry_run = q.flag("dry_run");
    if (!dry_run) return dry_run.error();
    const auto batch = static_cast<std::size_t>(limit->value_or(default_batch));
    auto found = c.from.events.search(
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
        const auto whole = c.from.events.find(each.endpoint, each.envelope.id);
        auto planned = whole ? plan_one(c.from, *whole, q.text("handler")) : std::nullopt;
        if (!planned)
            ++many.without_body;
        else if (!planned->deliveries.empty())
            many.wanted.push_back(std::move(*planned));
    }
    return many;
}

http::response summary(const replay& done) {
    json_response json;
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

task<result<void>> carry_out(const api_sources& from, const plans& wanted) {
    for (std::size_t first = 0; first < wanted.size(); first += planned_at_once) {
        const auto count = std::min(planned_at_once, wanted.size() - first);
        using ids = std::vector<store::delivery_id>;
        std::function<result<ids>()> write = [part = std::span(wanted).subspan(first, count),
                                              &queue = from.queue] { return queue.plan(part); };
        const auto done = co_await on_writer<ids>(from.writer, std::move(write));
        if (!done) co_return done.error();
    }
    co_return result<void>{};
}

/// `event` is empty where many are meant.
task<outcome> carry_out(const call& c, const replay& planned, const std::string& event) {
    if (c.from.readiness().queue_full)
        co_return failure{errc::queue_full, "As many deliveries wait as may: see queue.max_pending."};
    const auto done = co_await carry_out(c.from, planned.wanted);
    if (!done) co_return done.error();
    log::info("events are replayed by hand", {{"by", c.who.name},
                                              {"event", event},
                                              {"events", planned.wanted.size()},
                                              {"deliveries", planned.deliveries()}});
    co_return summary(planned);
}

} // namespace

task<outcome> replay_event(const call& c) {
    std::function<result<replay>()> read = [&c] { return read_one(c); };
    const auto planned = co_await on_reader<replay>(c.from.readers, std::move(read));
    if (!planned) co_return planned.error();
    if (planned->without_body != 0)
        co_return problem(status::conflict, "The event cannot be replayed: its body was purged.");
    if (planned->dry_run) co_return summary(*planned);
    if (planned->wanted.empty())
        co_return problem(status::conflict,
                          "No route plans a delivery of this event, or none to that handler.");
    co_return co_await carry_out(c, *planned, c.id());
}

task<outcome> replay_events(const call& c) {
    std::function<result<replay>()> read = [&c] { return read_many(c); };
    const auto planned = co_await on_reader<replay>(c.from.readers, std::move(read));
    if (!planned) co_return planned.error();
    if (planned->dry_run) co_return summary(*planned);
    const std::string many;
    co_return co_await carry_out(c, *planned, many);
}

} // namespace webhookd::admin
