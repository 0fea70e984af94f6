#include "store/sqlite/connection.hpp"
#include "support/no_postgres.hpp"
#include "support/old_store.hpp"
#include "support/transfer_world.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using namespace webhookd::test;
using store::transfer_progress;

TEST_CASE("a place that has a store and a source that is none are refused", "[store][transfer]") {
    store_locations all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    check_refused(transfer(from, to), errc::file_unreadable, "no database");
    fill(from);
    check_refused(transfer(from, from), errc::argument_invalid, "same");
    store_fixture{to.location}.reopen();
    check_refused(transfer(from, to), errc::file_unwritable, "a store already");
}

TEST_CASE("a store that a daemon works with is neither copied nor replaced", "[store][transfer]") {
    store_locations all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    fill(from);
    {
        const store_fixture open{from.location};
        check_refused(transfer(from, to), errc::store_busy, "in use by process");
    }
    {
        const store_fixture open{to.location};
        check_refused(transfer(from, to), errc::store_busy, "in use by process");
    }
}

TEST_CASE("a copy goes on with its own source only and as that was", "[store][transfer]") {
    store_locations all;
    const auto from = all.sqlite();
    const auto other = all.sqlite();
    const auto to = all.sqlite();
    fill(from);
    fill(other);
    store_fixture{other.location}.keep(make_event("evt_other"));
    REQUIRE_FALSE(transfer_some(from, to, transfer_progress::step::copying, 3));
    check_refused(transfer(other, to), errc::file_unwritable, "--anew");
    store_fixture{from.location}.keep(make_event("evt_more"));
    check_refused(transfer(from, to), errc::file_unwritable, "--anew");
    auto o = options_for(from, to);
    o.anew = true;
    REQUIRE(store::transfer_store(o));
    CHECK(portrait_of(to) == portrait_of(from));
}

TEST_CASE("a source of an older or newer version is refused with the way out", "[store][transfer]") {
    store_locations all;
    const auto to = all.sqlite();
    const auto file = all.directory() / "old.db";
    {
        old_store old(file);
        old.complete({}, "{}");
    }
    store::transfer_options o;
    o.from = sqlite_url(file);
    o.to = to.url;
    check_refused(store::transfer_store(o), errc::argument_invalid, "start this version's daemon");
    {
        using store::sqlite::connection;
        auto db = connection::open(file, {}, connection::access::read_write, 1000);
        REQUIRE(db.has_value());
        REQUIRE(db->execute("PRAGMA user_version=99", "make it newer"));
    }
    check_refused(store::transfer_store(o), errc::store_newer, "start the newer program");
}

TEST_CASE("a database server refuses as a file does", "[store][transfer][postgres]") {
    if (no_postgres()) return;
    store_locations all;
    const auto from = all.sqlite();
    const auto there = all.postgres();
    const auto to = all.sqlite();
    fill(from);
    {
        store_fixture f{there.location};
        REQUIRE(f.kept->record_heartbeat({.now = noon, .instance = "alpha", .first = true}));
        check_refused(transfer(from, there), errc::store_busy, "a daemon works");
        check_refused(transfer(there, to), errc::store_busy, "a daemon works");
        REQUIRE(f.kept->record_heartbeat({.now = noon, .instance = "alpha", .last = true}));
    }
    REQUIRE_FALSE(transfer_some(from, there, transfer_progress::step::copying, 3));
    {
        // A daemon that starts meanwhile finds no half of a store, and gets its own.
        store_fixture f{there.location};
        CHECK(f.kept->last_offset() == 0);
        f.keep(make_event("evt_1"));
    }
    check_refused(transfer(from, there), errc::file_unwritable, "a store already");
    all.last_database().execute("DROP SCHEMA universign_webhookd CASCADE");
    REQUIRE(transfer(from, there));
    CHECK(portrait_of(there) == portrait_of(from));
    check_refused(transfer(from, there), errc::file_unwritable, "a store already");
    all.last_database().execute("UPDATE universign_webhookd.schema SET version = 99, accepted_by = 99");
    check_refused(transfer(there, to), errc::store_newer, "the newer program");
    all.last_database().execute("UPDATE universign_webhookd.schema SET version = 0");
    check_refused(transfer(there, to), errc::file_unreadable, "no store");
}
