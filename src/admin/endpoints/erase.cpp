#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/run_on.hpp"

#include <span>
#include <variant>

namespace webhookd::admin {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t page = 500;
/// In one transaction, between batches of new events.
constexpr std::size_t erased_at_once = store::purged_at_once / 2; // it writes more for each
constexpr std::size_t bytes_at_once = store::purged_bytes_at_once;
/// A reader (an export, a backup) keeps the journal from being emptied.
constexpr auto between_tries = 50ms;
constexpr int tries = 200;
constexpr const char* reason = "the transaction was erased";
/// Another instance gives back within moments what it has not begun; what a dead one has is nobody's after a
/// lease (30 s).
constexpr auto between_polls = 250ms;
constexpr int most_polls = 32s / between_polls;

struct erase_order {
    std::vector<store::event_offset> events; ///< of the transaction, oldest first
    store::payload_counts holds;
    bool dry_run = false;
};

/// On a reader's thread.
result<erase_order> read_order(const call& c) {
    const auto dry_run = c.parameters.flag("dry_run");
    if (!dry_run) return dry_run.error();
    erase_order found;
    found.dry_run = *dry_run;
    store::event_search wanted;
    wanted.filter.endpoint = c.parameters.text("endpoint");
    wanted.filter.transaction_id = c.id();
    wanted.oldest_first = true;
    wanted.limit = page;
    if (wanted.filter.transaction_id.empty())
        return failure{errc::store_not_found, "There is no event of such a transaction."};
    for (;;) {
        const auto events = c.from.events.search(wanted);
        if (!events) return events.error();
        if (events->empty()) break;
        for (const auto& each : *events)
            found.events.push_back(each.offset);
        wanted.beyond = position_of(events->back());
    }
    if (found.events.empty())
        return failure{errc::store_not_found, "There is no event of such a transaction."};
    const auto holds = c.from.retention.payload_counts_of(found.events);
    if (!holds) return holds.error();
    found.holds = *holds;
    return found;
}

http::response summary(const std::string& transaction, const erase_order& o, const store::erase_outcome& done,
                       const std::optional<store::erasure>& tombstone, std::optional<store::remnants> left) {
    json_response json;
    json.begin_object();
    json.text("object", "erasure");
    json.flag("dry_run", o.dry_run);
    json.text("transaction", transaction);
    json.number("events", std::ssize(o.events));
    json.number("bodies", static_cast<std::int64_t>(done.bodies));
    json.number("deliveries_failed", static_cast<std::int64_t>(done.deliveries));
    json.instant("at", tombstone ? std::optional{tombstone->at} : std::nullopt);
    json.maybe_text("by", tombstone ? tombstone->by : "");
    json.maybe_text("remnants", !left ? "" : *left == store::remnants::none ? "none" : "possible");
    json.end_object();
    return json.take();
}

task<result<store::erase_outcome>> carry_out(const api_sources& from,
                                             std::span<const store::event_offset> events,
                                             const store::erasure& tombstone) {
    store::erase_outcome all;
    const auto change = [&tombstone, &retention = from.retention](std::span<const store::event_offset> part) {
        return retention.erase(part, tombstone, reason, bytes_at_once);
    };
    const auto add = [&all](const store::erase_outcome& done) {
        all.bodies += done.bodies;
        all.deliveries += done.deliveries;
    };
    const auto done =
        co_await in_batches<store::erase_outcome>(from.writer, events, erased_at_once, change, add);
    if (!done) co_return done.error();
    co_return all;
}

/// Waits for readers to end.
task<result<store::remnants>> scrub(const api_sources& from) {
    for (int left = tries;; --left) {
        std::function<result<store::remnants>()> write = [&retention = from.retention] {
            return retention.scrub();
        };
        auto done = co_await on_writer<store::remnants>(from.writer, std::move(write));
        if (done || done.error().code != errc::store_busy) co_return done;
        if (left == 0)
            co_return failure{errc::store_busy, "a reader keeps the database's journal from being emptied"};
        co_await pause(between_tries);
    }
}

/// Claims of what was given up, and of what waited behind it: from here on none of them begins.
task<void> revoke_claims(delivery::engine& engine) {
    auto revoke = [&engine](auto resume) { engine.revoke_claims([resume] { resume(std::monostate()); }); };
    co_await runtime::await_callback<std::monostate>(revoke);
}

/// Waits until nobody has a claim of these events' deliveries, for a bounded time; how many there still are.
task<result<std::size_t>> wait_for_claims(const api_sources& from,
                                          std::span<const store::event_offset> events) {
    for (int left = most_polls;; --left) {
        std::function<result<std::size_t>()> count = [&retention = from.retention, events] {
            return retention.held_claims_of(events);
        };
        auto held = co_await on_reader<std::size_t>(from.readers, std::move(count));
        if (!held || *held == 0 || left == 0) co_return held;
        co_await pause(between_polls);
    }
}

/// The order is on record whether or not the last step succeeds.
void record(const store::erasure& tombstone, const std::string& transaction, std::size_t events,
            const store::erase_outcome& done) {
    log::info("a transaction was erased", {{"by", tombstone.by},
                                           {"transaction", transaction},
                                           {"events", events},
                                           {"bodies", done.bodies},
                                           {"deliveries", done.deliveries}});
}

} // namespace

task<outcome> erase_transaction(const call& c) {
    std::function<result<erase_order>()> read = [&c] { return read_order(c); };
    const auto order = co_await on_reader<erase_order>(c.from.readers, std::move(read));
    if (!order) co_return order.error();
    if (order->dry_run)
        co_return summary(c.id(), *order, {0, order->holds.bodies, order->holds.waiting}, std::nullopt,
                          std::nullopt);
    const store::erasure tombstone{c.from.clock.now(), c.who.name};
    const auto done = co_await carry_out(c.from, order->events, tombstone);
    if (!done) co_return done.error();
    co_await revoke_claims(c.from.engine);
    record(tombstone, c.id(), order->events.size(), *done);
    const auto held = co_await wait_for_claims(c.from, order->events);
    if (!held) co_return held.error();
    if (*held > 0) {
        log::warning("attempts of what was erased still run",
                     {{"transaction", c.id()}, {"deliveries", *held}});
        co_return http::unavailable("Erased, but attempts that had begun before still have what was erased: "
                                    "repeat the call when they have ended.",
                                    5s);
    }
    const auto clean = co_await scrub(c.from);
    if (!clean) {
        log::warning("the bytes of what was erased may still stand in the database's journal",
                     {{"transaction", c.id()}, {"reason", to_string(clean.error())}});
        co_return http::unavailable(
            "Erased, but the bytes may still stand in the database's journal, which a "
            "reader holds: repeat the call.",
            5s);
    }
    if (*clean == store::remnants::possible)
        log::warning("the database is of a kind whose pages are not cleaned: copies of what was erased may "
                     "stand in it until the whole of it is written anew (VACUUM)",
                     {{"transaction", c.id()}});
    co_return summary(c.id(), *order, *done, tombstone, *clean);
}

} // namespace webhookd::admin
