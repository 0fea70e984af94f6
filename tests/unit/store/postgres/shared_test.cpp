#include <webhookd/store/postgres.hpp>

#include "support/postgres_server.hpp"
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

/// Two daemons' stores on one database.
struct shared_database {
    [[nodiscard]] std::unique_ptr<store::event_store> open() const {
        auto opened = store::open_postgres_store({.url = database.url()});
        if (!opened) FAIL(to_string(opened.error()));
        return std::move(*opened);
    }
    postgres_database database{postgres_server::shared()};
    /// As if it had told nothing for a minute.
    void silence(const std::string& instance) {
        database.execute("UPDATE universign_webhookd.instances SET told_at = told_at - 60000000 WHERE name = '" +
                         instance + "'");
    }
    std::unique_ptr<store::event_store> stores[2] = {open(), open()};
    store::event_store& a = *stores[0];
    store::event_store& b = *stores[1];
};

bool skipped() {
    if (postgres_server::missing().empty()) return false;
    WARN("this test is skipped: " << postgres_server::missing());
    return true;
}

store::new_event ordered_event(const std::string& id, const std::string& transaction,
                               store::ordering in = store::ordering::skip) {
    auto e = make_event(id);
    e.envelope.transaction_id = transaction;
    e.deliveries = {{"crm", in}};
    return e;
}

store::finished_delivery end_of(const store::claim& c, delivery_state state = delivery_state::successful) {
    return {c, state, {}, {timestamp{}, 1ms, 200, "", ""}};
}

} // namespace

TEST_CASE("an event that two daemons keep at the same moment is accepted once", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    constexpr std::size_t batches = 50;
    std::atomic<std::size_t> accepted = 0;
    std::vector<std::thread> threads;
    for (auto& each : s.stores)
        threads.emplace_back([&] {
            for (std::size_t i = 0; i < batches; ++i) {
                const auto outcomes = each->append(make_events("evt_", 4, i * 4));
                if (!outcomes) continue;
                for (const auto& outcome : *outcomes)
                    accepted += outcome.status == store::append_status::accepted ? 1 : 0;
            }
        });
    for (auto& each : threads)
        each.join();
    CHECK(accepted == batches * 4);
    const auto all = s.a.read_after(0, 1000, SIZE_MAX).value();
    REQUIRE(all.size() == batches * 4);
    CHECK(all.back().offset == batches * 4); // without gaps
}

TEST_CASE("a cursor misses no event, whoever keeps it and however late it commits", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    std::atomic<bool> done = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&, i] {
            for (std::size_t n = 0; n < 40; ++n)
                CHECK(
                    s.stores[i]->append(make_events("evt_" + std::to_string(i) + "_", 3, n * 3)).has_value());
        });
    store::event_offset last = 0;
    std::size_t seen = 0;
    std::thread reader{[&] {
        while (!done || seen < 240) {
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
    CHECK(seen == 240);
}

TEST_CASE("one transaction's deliveries run one after another on whichever daemon", "[store][postgres]") {
    if (skipped()) return;
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
    if (skipped()) return;
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
    if (skipped()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    REQUIRE(s.a.claim({.handler = "crm", .lease = 1h}).value().deliveries.size() == 1);
    s.stores[0].reset();
    CHECK(s.b.claim({.handler = "crm", .lease = 1h}).value().deliveries.size() == 1);
}

TEST_CASE("listeners hear of what other daemons bring, and know its offset", "[store][postgres]") {
    if (skipped()) return;
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
    if (skipped()) return;
    shared_database s;
    const auto which = store::duty::retention;
    CHECK(s.a.try_lead(which, "alpha", 1h).value());
    CHECK_FALSE(s.b.try_lead(which, "beta", 1h).value());
    CHECK(s.a.try_lead(which, "alpha", 300ms).value());
    CHECK(wait_for_condition([&] { return s.b.try_lead(which, "beta", 1h).value(); }));
    CHECK_FALSE(s.a.try_lead(which, "alpha", 1h).value());
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .last = true}));
    CHECK(s.a.try_lead(which, "alpha", 1h).value());
}

TEST_CASE("it is no outage when one daemon starts beside another that lives", "[store][postgres]") {
    if (skipped()) return;
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

TEST_CASE("it is an outage once it is known that no other daemon lived meanwhile", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    REQUIRE(s.a.record_heartbeat({.now = noon, .instance = "alpha", .first = true}));
    REQUIRE(s.b.record_heartbeat({.now = noon + 5min, .instance = "beta", .first = true}));
    SECTION("it was dead, and is silent for a lease") {
        REQUIRE(s.b.record_heartbeat({.now = noon + 6min, .instance = "beta"}));
        CHECK(s.b.outages({}).value().empty()); // it may still tell
        s.silence("alpha");
        for (const auto later : {7min, 8min})
            REQUIRE(s.b.record_heartbeat({.now = noon + later, .instance = "beta"}));
        const auto all = s.b.outages({}).value();
        REQUIRE(all.size() == 1);
        CHECK(all[0] == store::outage{store::outage_reason::crashed, "", noon, noon + 5min, 0});
    }
    SECTION("it lived") {
        REQUIRE(s.a.record_heartbeat({.now = noon + 6min, .instance = "alpha"}));
        REQUIRE(s.b.record_heartbeat({.now = noon + 6min, .instance = "beta"}));
        s.silence("alpha");
        REQUIRE(s.b.record_heartbeat({.now = noon + 7min, .instance = "beta"}));
        CHECK(s.b.outages({}).value().empty());
    }
    SECTION("it began after this one, after both had died") {
        REQUIRE(s.a.record_heartbeat({.now = noon + 6min, .instance = "alpha", .first = true}));
        REQUIRE(s.b.record_heartbeat({.now = noon + 7min, .instance = "beta"}));
        const auto all = s.b.outages({}).value();
        REQUIRE(all.size() == 1);
        CHECK(all[0].ended == noon + 5min);
    }
}

TEST_CASE("a daemon that is silent for a lease is listed as gone and forgotten after a day",
          "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    REQUIRE(s.a.record_heartbeat({.now = noon, .instance = "alpha", .first = true}));
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .first = true}));
    REQUIRE(s.a.try_lead(store::duty::retention, "alpha", 1h).value());
    s.silence("alpha");
    const auto all = s.b.list_instances(10).value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "beta");
    CHECK(all[0].presence == store::presence::running);
    CHECK(all[0].leads.empty());
    CHECK(all[1].name == "alpha");
    CHECK(all[1].presence == store::presence::gone);
    CHECK(all[1].leads == std::vector{store::duty::retention}); // until its lease is over
    CHECK(s.b.list_instances(1).value().size() == 1);
    s.database.execute("UPDATE universign_webhookd.instances SET told_at = told_at - 86400000000 "
                       "WHERE name = 'alpha'");
    CHECK(s.b.list_instances(10).value().size() == 1);
    REQUIRE(s.b.record_heartbeat({.now = noon + 24h, .instance = "beta", .first = true}));
    CHECK(s.database.execute("SELECT count(*) FROM universign_webhookd.instances") == "1");
}

TEST_CASE("deliveries fail as orphans only when no daemon that lives has their handler", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    REQUIRE(s.a.record_heartbeat(
        {.now = noon, .instance = "alpha", .first = true, .state = {.handlers = {"audit", "crm"}}}));
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .first = true}));
    CHECK(s.b.handlers_elsewhere().value() == std::set<std::string, std::less<>>{"audit", "crm"});
    CHECK(s.a.handlers_elsewhere().value().empty());
    CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 0);
    SECTION("it has been reloaded, too, and still makes an attempt") {
        const auto claimed = s.a.claim({.handler = "crm", .lease = 1h}).value();
        REQUIRE(claimed.deliveries.size() == 1);
        REQUIRE(s.a.record_heartbeat({.now = noon, .instance = "alpha"}));
        CHECK(s.b.handlers_elsewhere().value().empty());
        CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 0);
        s.a.release(std::vector{claimed.deliveries[0].claim});
        CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 1);
    }
    SECTION("it is gone") {
        s.silence("alpha");
        CHECK(s.b.handlers_elsewhere().value().empty());
        CHECK(s.b.fail_waiting("crm", "gone", 10).value() == 1);
    }
}

TEST_CASE("an erasure has other daemons give back what they have claimed, with its notification and without",
          "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    std::atomic<int> erased = 0;
    const auto listening =
        s.b.subscribe([&](const store::commit_notice& of) { erased += of.erased ? 1 : 0; });
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    const auto claimed = s.b.claim({.handler = "crm", .lease = 1h}).value();
    REQUIRE(claimed.deliveries.size() == 1);
    const std::vector<store::event_offset> all{1};
    REQUIRE(s.a.erase(all, tombstone, "erased", 1024 * 1024));
    CHECK(wait_for_condition([&] { return erased > 0; }));
    CHECK(s.a.held_claims_of(all).value() == 1);
    s.b.release(std::vector{claimed.deliveries[0].claim});
    CHECK(s.a.held_claims_of(all).value() == 0);
    const int before = erased;
    s.database.execute("UPDATE universign_webhookd.totals SET erasures = erasures + 1");
    CHECK(wait_for_condition([&] { return erased > before; }));
}

TEST_CASE("what a dead daemon had claimed of what is erased holds until its lease is over",
          "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    const auto e = ordered_event("evt_1", "tx_1");
    REQUIRE(s.a.append({&e, 1}));
    REQUIRE(s.a.claim({.handler = "crm", .lease = 1h}).value().deliveries.size() == 1);
    const std::vector<store::event_offset> all{1};
    REQUIRE(s.b.erase(all, tombstone, "erased", 1024 * 1024));
    CHECK(s.b.held_claims_of(all).value() == 1);
    s.database.execute("UPDATE universign_webhookd.deliveries SET lease = universign_webhookd.now_us()");
    CHECK(s.b.held_claims_of(all).value() == 0);
}

TEST_CASE("daemons on one database have one key for their fingerprints", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    CHECK(s.a.fingerprint_key().value() == s.b.fingerprint_key().value());
    const shared_database other;
    CHECK(other.a.fingerprint_key().value() != s.a.fingerprint_key().value());
}
