#include "admin/erase.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/await_callback.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/answer.hpp"
#include "admin/in_batches.hpp"
#include "admin/json.hpp"
#include "admin/on_reader.hpp"
#include "admin/query.hpp"

#include <span>
#include <variant>

namespace webhookd::admin {
namespace {

using namespace std::chrono_literals;
using runtime::task;

constexpr std::size_t page = 500;
/// In one transaction, between batches of new events.
constexpr std::size_t erased_at_once = store::purged_at_once / 2; // it writes more for each
constexpr std::size_t bytes_at_once = store::purged_bytes_at_once;
/// A reader (an export, a backup) keeps the journal from being emptied.
constexpr auto between_tries = 50ms;
constexpr int tries = 200;
constexpr const char* reason = "the transaction was erased";

struct order {
    std::vector<store::sequence> events; ///< of the transaction, oldest first
    store::holdings holds;
    bool dry_run = false;
};

result<order> read_order(store::event_store& store, const http::request& r) {
    const auto q = query::parse(r.query, {"endpoint", "dry_run"});
    if (!q) return q.error();
    const auto dry_run = q->flag("dry_run");
    if (!dry_run) return dry_run.error();
    order found;
    found.dry_run = *dry_run;
    store::event_search wanted;
    wanted.filter.endpoint = q->text("endpoint");
    wanted.filter.transaction_id = r.parameters.at(0);
    wanted.oldest_first = true;
    wanted.limit = page;
    if (wanted.filter.transaction_id.empty())
        return failure{errc::store_not_found, "There is no event of such a transaction."};
    for (;;) {
        const auto events = store.search(wanted);
        if (!events) return events.error();
        if (events->empty()) break;
        for (const auto& each : *events)
            found.events.push_back(each.seq);
        wanted.beyond = position_of(events->back());
    }
    if (found.events.empty())
        return failure{errc::store_not_found, "There is no event of such a transaction."};
    const auto holds = store.holdings_of(found.events);
    if (!holds) return holds.error();
    found.holds = *holds;
    return found;
}

http::response summary(const http::request& r, const order& o, const store::erase_outcome& done,
                       const std::optional<store::erasure>& tombstone, std::optional<store::remnants> left) {
    json_answer json;
    json.begin_object();
    json.text("object", "erasure");
    json.flag("dry_run", o.dry_run);
    json.text("transaction", r.parameters.at(0));
    json.number("events", std::ssize(o.events));
    json.number("bodies", static_cast<std::int64_t>(done.bodies));
    json.number("deliveries_failed", static_cast<std::int64_t>(done.deliveries));
    json.instant("at", tombstone ? std::optional{tombstone->at} : std::nullopt);
    json.maybe_text("by", tombstone ? tombstone->by : "");
    json.maybe_text("remnants", !left ? "" : *left == store::remnants::none ? "none" : "possible");
    json.end_object();
    return json.take();
}

task<result<store::erase_outcome>> carry_out(const event_sources& from,
                                             std::span<const store::sequence> events,
                                             const store::erasure& tombstone) {
    store::erase_outcome all;
    const auto change = [&tombstone, &store = from.store](std::span<const store::sequence> part) {
        return store.erase(part, tombstone, reason, bytes_at_once);
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
task<result<store::remnants>> scrub(const event_sources& from) {
    for (int left = tries;; --left) {
        std::function<result<store::remnants>()> write = [&store = from.store] { return store.scrub(); };
        auto done = co_await on_writer<store::remnants>(from.writer, std::move(write));
        if (done || done.error().code != errc::store_busy) co_return done;
        if (left == 0)
            co_return failure{errc::store_busy, "a reader keeps the database's journal from being emptied"};
        co_await pause(between_tries);
    }
}

task<http::response> answer_erase(std::shared_ptr<const event_sources> from, http::request& r) {
    auto allowed = from->who.authorize(r, config::role::admin);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    std::function<result<order>()> look = [&from, &r] { return read_order(from->store, r); };
    const auto o = co_await on_reader<order>(from->readers, std::move(look));
    if (!o) co_return to_answer(o.error());
    if (o->dry_run)
        co_return summary(r, *o, {0, o->holds.bodies, o->holds.waiting}, std::nullopt, std::nullopt);
    const store::erasure tombstone{from->clock.now(), std::get<identity>(allowed).name};
    const auto done = co_await carry_out(*from, o->events, tombstone);
    if (!done) co_return to_answer(done.error());
    // Claims of what was given up, and of what waited behind it. From here on none of them begins.
    auto revoke_claims = [&from](auto resume) {
        from->engine.revoke_claims([resume] { resume(std::monostate()); });
    };
    co_await runtime::await_callback<std::monostate>(revoke_claims);
    // The order is on record whether or not the last step succeeds.
    log::info("a transaction was erased", {{"by", tombstone.by},
                                           {"transaction", r.parameters.at(0)},
                                           {"events", o->events.size()},
                                           {"bodies", done->bodies},
                                           {"deliveries", done->deliveries}});
    const auto clean = co_await scrub(*from);
    if (!clean) {
        log::warning("the bytes of what was erased may still stand in the database's journal",
                     {{"transaction", r.parameters.at(0)}, {"reason", to_string(clean.error())}});
        co_return http::unavailable(
            "Erased, but the bytes may still stand in the database's journal, which a "
            "reader holds: repeat the call.",
            5s);
    }
    if (*clean == store::remnants::possible)
        log::warning("the database is of a kind whose pages are not cleaned: copies of what was erased may "
                     "stand in it until the whole of it is written anew (VACUUM)",
                     {{"transaction", r.parameters.at(0)}});
    co_return summary(r, *o, *done, tombstone, *clean);
}

} // namespace

void add_erase(http::router& router, const std::shared_ptr<const event_sources>& from) {
    router.add(http::verb::post, "/v1/transactions/{id}/erase",
               [from](http::request& r) { return answer_erase(from, r); });
}

} // namespace webhookd::admin
