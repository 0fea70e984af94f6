#include "store/postgres/session.hpp"
#include "support/no_postgres.hpp"
#include "support/shared_database.hpp"
#include "support/store_events.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <span>
#include <thread>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

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

} // namespace

TEST_CASE("an event that two daemons keep at the same moment is accepted once", "[store][postgres]") {
    if (no_postgres()) return;
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
    if (no_postgres()) return;
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
    if (no_postgres()) return;
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
    if (no_postgres()) return;
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
    if (no_postgres()) return;
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
