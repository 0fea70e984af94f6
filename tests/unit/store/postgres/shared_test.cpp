#include <webhookd/store/postgres.hpp>

#include "store/postgres/session.hpp"
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
    std::unique_ptr<store::event_store> stores[2] = {open(), open()};
    store::event_store& a = *stores[0];
    store::event_store& b = *stores[1];
};

/// A transaction of another daemon that appends, for as long as this lives.
class appending_elsewhere {
public:
    explicit appending_elsewhere(postgres_database& in)
        : database_(in)
        , db_(store::postgres::connection::open({.url = in.url()}).value()) {
        REQUIRE(db_->run_script("BEGIN; SELECT 1 FROM totals WHERE id = 1 FOR UPDATE", "append"));
    }
    [[nodiscard]] bool keeps_waiting() {
        return database_.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                                 "datname = current_database()") != "0";
    }
    void end() { db_->roll_back(); }

private:
    postgres_database& database_;
    std::unique_ptr<store::postgres::connection> db_;
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

TEST_CASE("a daemon that waits for others to append takes along what comes meanwhile", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    REQUIRE(s.a.append(make_events("a_", 1, 0)));
    REQUIRE(s.b.append(make_events("b_", 1, 0))); // after another's: the next batch may grow
    auto all = make_events("b_", 3, 1);
    all.push_back(all.front()); // a duplicate of one that is on its way already
    std::atomic<std::size_t> come = 1;
    appending_elsewhere other{s.database};
    std::thread appends{[&] {
        const auto outcomes = s.b.append_from([&] { return std::span{all}.first(come); });
        REQUIRE((outcomes && outcomes->size() == 4));
        using enum store::append_status;
        const store::append_status wanted[] = {accepted, accepted, accepted, duplicate};
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(outcomes->at(i).status == wanted[i]);
        CHECK(outcomes->at(3).offset == outcomes->at(0).offset);
    }};
    CHECK(wait_for_condition([&] { return other.keeps_waiting(); }));
    come = all.size();
    other.end();
    appends.join();
    const auto kept = s.a.read_after(0, 10, SIZE_MAX).value();
    REQUIRE(kept.size() == 5);
    CHECK(kept.back().offset == 5); // without gaps
}

TEST_CASE("deliveries of a batch that grew are known to be the daemon's own", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    REQUIRE(s.a.append(make_events("a_", 1, 0)));
    REQUIRE(s.b.append(make_events("b_", 1, 0)));
    const std::vector all{ordered_event("b_1", "tx_1"), ordered_event("b_2", "tx_2")};
    std::atomic<std::size_t> come = 1;
    appending_elsewhere other{s.database};
    std::thread appends{[&] { CHECK(s.b.append_from([&] { return std::span{all}.first(come); })); }};
    CHECK(wait_for_condition([&] { return other.keeps_waiting(); }));
    come = all.size();
    other.end();
    appends.join();
    CHECK(s.b.pending() == 2);
    CHECK(s.database.execute("SELECT plans FROM universign_webhookd.totals") == "2");
    CHECK(wait_for_condition([&] { return s.a.pending() == 2; }));
}

TEST_CASE("a daemon that stands still when it is its turn to append loses it", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    const auto still =
        store::postgres::connection::open({.url = s.database.url(), .statement_timeout = 500ms}).value();
    store::postgres::connection::groups groups(2);
    groups[0].push_back({&store::postgres::begin_transaction});
    groups[0].push_back({&store::postgres::lock_totals});
    constexpr store::postgres::statement change{"UPDATE totals SET events = 1000 WHERE id = 1", "change"};
    groups[1].push_back({&change});
    std::atomic<bool> has_lock = false;
    std::atomic<bool> over = false;
    std::thread stands{[&] {
        const auto outcome = still->run_groups(groups, [&] {
            has_lock = true;
            static_cast<void>(wait_for_condition([&] { return over.load(); }));
            std::vector<store::postgres::command> last;
            last.push_back({&store::postgres::commit_transaction});
            return last;
        });
        CHECK_FALSE(outcome);
    }};
    CHECK(wait_for_condition([&] { return has_lock.load(); }));
    CHECK(s.a.append(make_events("a_", 1, 0)));
    over = true;
    stands.join();
    CHECK(s.a.statistics().value().events == 1);
}

TEST_CASE("a daemon that appends alone asks for a batch once", "[store][postgres]") {
    if (skipped()) return;
    shared_database s;
    REQUIRE(s.a.append(make_events("a_", 2, 0)));
    const auto more = make_events("a_", 2, 2);
    int asked = 0;
    REQUIRE(s.a.append_from([&] {
        ++asked;
        return std::span<const store::new_event>{more};
    }));
    CHECK(asked == 1);
}

TEST_CASE("a cursor misses no event, whoever keeps it and however late it commits", "[store][postgres]") {
    if (skipped()) return;
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
    CHECK(s.a.try_lead(which, 1h).value());
    CHECK_FALSE(s.b.try_lead(which, 1h).value());
    CHECK(s.a.try_lead(which, 300ms).value());
    CHECK(wait_for_condition([&] { return s.b.try_lead(which, 1h).value(); }));
    CHECK_FALSE(s.a.try_lead(which, 1h).value());
    REQUIRE(s.b.record_heartbeat({.now = noon, .instance = "beta", .last = true}));
    CHECK(s.a.try_lead(which, 1h).value());
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
