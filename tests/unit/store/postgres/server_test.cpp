#include <webhookd/store/postgres.hpp>

#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/store_events.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;

namespace {

std::unique_ptr<store::event_store> open_at(const std::string& url) {
    auto opened = store::open_postgres_store({.url = url});
    if (!opened) FAIL(to_string(opened.error()));
    return std::move(*opened);
}

result<store::append_outcome> keep(store::event_store& in, const std::string& id) {
    const auto e = make_event(id);
    auto outcomes = in.append({&e, 1});
    if (!outcomes) return outcomes.error();
    return outcomes->at(0);
}

} // namespace

TEST_CASE("a database that could lose what it has confirmed is refused with the remedy",
          "[store][postgres]") {
    if (no_postgres()) return;
    postgres_server server;
    const postgres_database database{server};
    const auto refusal = [&] {
        const auto opened = store::open_postgres_store({.url = database.url()});
        return opened ? std::string{} : to_string(opened.error());
    };
    CHECK(refusal() == "");
    const auto set = [&](const std::string& setting, const std::string& value) {
        server.execute("ALTER SYSTEM SET " + setting + " = " + value);
        server.execute("SELECT pg_reload_conf()");
        REQUIRE(wait_for_condition([&] { return server.execute("SHOW " + setting) == value; }));
    };
    for (const std::string setting : {"fsync", "full_page_writes"}) {
        set(setting, "off");
        CHECK(contains(refusal(), setting + "=off"));
        CHECK(contains(refusal(), "set " + setting + "=on"));
        set(setting, "on");
    }
    server.execute("ALTER ROLE webhookd SET synchronous_commit = off");
    CHECK(contains(refusal(), "synchronous_commit=off"));
    server.execute("ALTER ROLE webhookd SET synchronous_commit = local");
    CHECK(refusal() == "");
    set("synchronous_standby_names", "other");
    CHECK(contains(refusal(), "synchronous_commit=local, and synchronous standbys"));
    // Else the end of the test would wait for that standby.
    server.execute("ALTER SYSTEM RESET synchronous_standby_names");
    server.execute("SELECT pg_reload_conf()");
    CHECK(wait_for_condition([&] { return server.execute("SHOW synchronous_standby_names").empty(); }));
}

TEST_CASE("a database that becomes unsafe under a store takes no events until it is safe again",
          "[store][postgres]") {
    if (no_postgres()) return;
    postgres_server server;
    const postgres_database database{server};
    const auto kept = open_at(database.url());
    REQUIRE(keep(*kept, "evt_0"));
    const auto set_fsync = [&](const std::string& value) {
        server.execute("ALTER SYSTEM SET fsync = " + value);
        server.execute("SELECT pg_reload_conf()");
        REQUIRE(wait_for_condition([&] { return server.execute("SHOW fsync") == value; }));
        // A connection looks when it is new: the one that follows is to be, the one that writes is not.
        server.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                       "WHERE usename = 'webhookd' AND query <> 'COMMIT'");
    };
    set_fsync("off");
    REQUIRE(wait_for_condition([&] { return !kept->in_place(); }));
    const auto refused = keep(*kept, "evt_1");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::store_io);
    CHECK(contains(refused.error().detail, "fsync=off"));
    set_fsync("on");
    CHECK(wait_for_condition([&] { return keep(*kept, "evt_1").has_value(); }));
}

TEST_CASE("what is committed without its synchronous standby is not acknowledged", "[store][postgres]") {
    if (no_postgres()) return;
    postgres_server server;
    const postgres_database database{server};
    const auto kept = open_at(database.url());
    server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    server.execute("SELECT pg_reload_conf()");
    std::string id;
    std::atomic<bool> refused = false;
    std::atomic<bool> enough = false;
    // The first ones may come before the setting is in force.
    std::thread keeping{[&] {
        for (int i = 0; !refused && !enough; ++i) {
            id = "evt_" + std::to_string(i);
            const auto outcome = keep(*kept, id);
            refused = !outcome && contains(outcome.error().detail, "without its synchronous standby");
        }
    }};
    CHECK(wait_for_condition([&] {
        server.execute("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity "
                       "WHERE wait_event = 'SyncRep'");
        return refused.load();
    }));
    enough = true;
    keeping.join();
    server.execute("ALTER SYSTEM RESET synchronous_standby_names");
    server.execute("SELECT pg_reload_conf()");
    REQUIRE(wait_for_condition([&] { return keep(*kept, "evt_later").has_value(); }));
    CHECK(keep(*kept, id)->status == store::append_status::duplicate);
}

TEST_CASE("a store outlives crashes, restarts and silences of its database", "[store][postgres]") {
    if (no_postgres()) return;
    postgres_server server;
    const postgres_database database{server};
    const auto kept = open_at(database.url());
    REQUIRE(keep(*kept, "evt_0"));
    int last = 0;
    const auto recovers = [&] {
        return wait_for_condition([&] { return kept->probe().has_value(); }) &&
               keep(*kept, "evt_" + std::to_string(++last)).has_value() && kept->in_place().has_value();
    };
    server.kill();
    CHECK(wait_for_condition([&] { return !kept->in_place(); }));
    CHECK(keep(*kept, "lost").error().code == errc::store_io);
    CHECK(kept->search({}).error().code == errc::store_io);
    server.start();
    CHECK(recovers());
    server.stop();
    server.start();
    CHECK(recovers());
    server.freeze(true);
    CHECK(keep(*kept, "unanswered").error().code == errc::store_io);
    server.freeze(false);
    CHECK(recovers());
    CHECK(kept->find("production", "evt_0").has_value());
    CHECK(kept->find("production", "evt_3").has_value());
}

TEST_CASE("daemons that start while their database comes and goes wait for it", "[store][postgres]") {
    if (no_postgres()) return;
    postgres_server server;
    const postgres_database database{server};
    std::atomic<bool> over = false;
    std::atomic<int> opened = 0;
    std::atomic<int> failed = 0;
    std::vector<std::thread> starting;
    for (int i = 0; i < 3; ++i)
        starting.emplace_back([&] {
            while (!over)
                ++(store::open_postgres_store({.url = database.url()}) ? opened : failed);
        });
    for (int i = 0; i < 5; ++i) {
        const auto before = opened.load();
        CHECK(wait_for_condition([&] { return opened > before; }));
        server.stop();
        server.start();
    }
    over = true;
    for (auto& each : starting)
        each.join();
    CHECK(failed == 0);
}

TEST_CASE("daemons that start at once make one schema, and any of them works", "[store][postgres]") {
    if (no_postgres()) return;
    auto& server = postgres_server::shared();
    server.execute("DROP DATABASE IF EXISTS bare WITH (FORCE)");
    server.execute("CREATE DATABASE bare OWNER webhookd");
    std::vector<std::unique_ptr<store::event_store>> stores(4);
    std::vector<std::thread> starting;
    for (auto& each : stores)
        starting.emplace_back([&] {
            if (auto opened = store::open_postgres_store({.url = server.url("bare")}))
                each = std::move(*opened);
        });
    for (auto& each : starting)
        each.join();
    int number = 0;
    for (const auto& each : stores) {
        REQUIRE(each);
        ++number;
        CHECK(keep(*each, "evt_" + std::to_string(number))->offset == number);
    }
}

TEST_CASE("a schema that is newer is refused unless it accepts this program", "[store][postgres]") {
    if (no_postgres()) return;
    postgres_database database{postgres_server::shared()};
    database.execute("UPDATE universign_webhookd.schema SET version = 1000, accepted_by = 1000");
    CHECK(store::open_postgres_store({.url = database.url()}).error().code == errc::store_newer);
    database.execute("UPDATE universign_webhookd.schema SET accepted_by = 1");
    CHECK(keep(*open_at(database.url()), "evt_1")->offset == 1);
}
