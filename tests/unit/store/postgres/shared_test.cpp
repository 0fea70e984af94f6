#include "support/no_postgres.hpp"
#include "support/shared_database.hpp"
#include "support/store_events.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;
using store::claim_request;
using store::delivery_state;

namespace {

store::finished_delivery end_of(const store::claim& c, delivery_state state = delivery_state::successful) {
    return {c, state, {}, {timestamp{}, 1ms, 200, "", ""}};
}

} // namespace

TEST_CASE("a cursor misses no event, whoever keeps it and however late it commits", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    std::atomic<bool> done = false;
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&, i] {
            for (std::size_t n = 0; n < 40; ++n)
                if (!s.stores[i]->append(make_events("evt_" + std::to_string(i) + "_", 3, n * 3))) ++refused;
        });
    store::event_offset last = 0;
    std::size_t seen = 0;
    std::thread reader{[&] {
        while (!done || (refused == 0 && seen < 240)) {
            const auto more = s.a.read_after(last, 100, SIZE_MAX, store::projection::envelope_only);
            if (!more) break;
            for (const auto& e : *more) {
                if (e.offset != last + 1) return;
                last = e.offset;
                ++seen;
            }
        }
    }};
    for (auto& each : threads)
        each.join();
    done = true;
    reader.join();
    CHECK(refused == 0);
    CHECK(seen == 240);
}

TEST_CASE("one transaction's deliveries run one after another on whichever daemon", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    constexpr int transactions = 6;
    constexpr int events = 12;
    std::mutex mutex;
    std::set<std::string> running;
    std::map<std::string, int> next;
    std::atomic<int> mistakes = 0;
    std::atomic<int> ended = 0;
    const auto work = [&](store::event_store& in, unsigned seed) {
        std::minstd_rand random{seed};
        const auto until = std::chrono::steady_clock::now() + 2min; // else it hangs
        while (ended < transactions * events && std::chrono::steady_clock::now() < until) {
            const auto claimed = in.claim({.handler = "crm", .lease = 1min, .limit = 3});
            if (!claimed) continue;
            std::vector<store::finished_delivery> batch;
            for (const auto& each : claimed->deliveries) {
                const auto& key = each.event.envelope.transaction_id;
                const auto number = std::stoi(each.event.envelope.id.substr(4));
                const bool again = random() % 4 == 0;
                const std::lock_guard lock{mutex};
                if (!running.insert(key).second) ++mistakes;
                if (number != next[key]) ++mistakes;
                if (!again) ++next[key];
                batch.push_back(
                    end_of(each.claim, again ? delivery_state::pending : delivery_state::successful));
            }
            std::this_thread::yield();
            {
                const std::lock_guard lock{mutex};
                for (const auto& each : claimed->deliveries)
                    running.erase(each.event.envelope.transaction_id);
            }
            if (batch.empty()) continue;
            const auto fenced = in.finish(batch);
            if (!fenced || !fenced->empty()) ++mistakes;
            for (const auto& each : batch)
                ended += each.state == delivery_state::successful ? 1 : 0;
        }
    };
    std::thread first{[&] { work(s.a, 1); }};
    std::thread second{[&] { work(s.b, 2); }};
    // They arrive while others run.
    for (int n = 0; n < events; ++n)
        for (int t = 0; t < transactions; ++t) {
            auto e = ordered_event("evt_" + std::to_string(n), "tx_" + std::to_string(t));
            e.endpoint = "endpoint_" + std::to_string(t);
            CHECK(s.stores[t % 2]->append({&e, 1}).has_value());
        }
    first.join();
    second.join();
    CHECK(mistakes == 0);
    CHECK(ended == transactions * events);
    CHECK(s.a.deliveries({.state = delivery_state::pending}, {}, 10).value().empty());
}

TEST_CASE("what a dead daemon has claimed is claimed again once its lease is over", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    const auto first = s.a.claim({.handler = "crm", .lease = 500ms}).value();
    REQUIRE(first.deliveries.size() == 1);
    const auto waits = s.b.claim({.handler = "crm", .lease = 1min}).value();
    CHECK(waits.deliveries.empty());
    REQUIRE(waits.next_due); // the end of the other's lease
    CHECK(*waits.next_due <= 500ms);
    store::claim_answer again;
    REQUIRE(wait_for_condition([&] {
        again = s.b.claim({.handler = "crm", .lease = 1min}).value();
        return !again.deliveries.empty();
    }));
    CHECK(s.a.extend(std::vector{first.deliveries[0].claim}, 1min).value().size() == 1);
    const std::vector late{end_of(first.deliveries[0].claim, delivery_state::failed)};
    CHECK(s.a.finish(late).value() == std::vector<store::delivery_id>{1});
    const std::vector good{end_of(again.deliveries[0].claim)};
    CHECK(s.b.finish(good).value().empty());
    CHECK(s.a.deliveries({.id = 1}, {}, 1).value().at(0).state == delivery_state::successful);
}

TEST_CASE("a store that is closed gives its claims back at once", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    REQUIRE(s.a.claim({.handler = "crm", .lease = 1h}).value().deliveries.size() == 1);
    s.stores[0].reset();
    CHECK(s.b.claim({.handler = "crm", .lease = 1h}).value().deliveries.size() == 1);
}

TEST_CASE("listeners hear of what other daemons bring, and know its offset", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    std::atomic<int> events = 0;
    std::atomic<int> deliveries = 0;
    const auto listening = s.b.subscribe([&](const store::commit_notice& of) {
        events += of.events ? 1 : 0;
        deliveries += of.deliveries ? 1 : 0;
    });
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    CHECK(wait_for_condition([&] { return events > 0 && deliveries > 0; }));
    CHECK(s.b.last_offset() == 1);
    CHECK(wait_for_condition([&] { return s.b.pending() == 1; }));
}

TEST_CASE("a duty has one leader, and goes to another when the lease is over or its daemon ends",
          "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    const auto which = store::duty::retention;
    CHECK(s.a.try_lead(which, 1h).value());
    CHECK_FALSE(s.b.try_lead(which, 1h).value());
    CHECK(s.a.try_lead(which, 300ms).value());
    CHECK(wait_for_condition([&] { return s.b.try_lead(which, 1h).value(); }));
    CHECK_FALSE(s.a.try_lead(which, 1h).value());
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .last = true}));
    CHECK(s.a.try_lead(which, 1h).value());
}

TEST_CASE("it is no outage when one daemon starts beside another that lives", "[store][postgres]") {
    if (no_postgres()) return;
    shared_database s;
    REQUIRE(s.a.record_heartbeat({.now = noon, .instance = "alpha", .first = true}));
    REQUIRE(s.b.record_heartbeat({.now = noon + 5min, .instance = "beta", .first = true}));
    CHECK(s.a.outages({}).value().empty());
    REQUIRE(s.b.record_heartbeat({.now = noon + 6min, .instance = "beta", .last = true}));
    REQUIRE(s.a.record_heartbeat({.now = noon + 7min, .instance = "alpha", .last = true}));
    REQUIRE(s.a.record_heartbeat({.now = noon + 9min, .instance = "alpha", .first = true}));
    const auto all = s.b.outages({}).value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].began == noon + 7min);
}
