#include <webhookd/store/open.hpp>
#include <webhookd/store/transfer.hpp>

#include "store/sqlite/connection.hpp"
#include "support/old_store.hpp"
#include "support/postgres_server.hpp"
#include "support/store_file.hpp"
#include "support/store_portrait.hpp"
#include "support/temp_directory.hpp"
#include "support/text.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;
using store::delivery_state;
using store::transfer_progress;

namespace {

/// Where a store may be.
struct place {
    std::string url;
    store_location location;
};

/// Places of both engines, as many as are asked for.
class places {
public:
    place sqlite() {
        const auto file = directory_ / ("events" + std::to_string(++last_) + ".db");
        return {sqlite_url(file), sqlite_at(file)};
    }
    place postgres() {
        auto database = std::make_shared<postgres_database>(postgres_server::shared());
        databases_.push_back(database);
        return {database->url(), postgres_at(database)};
    }
    [[nodiscard]] postgres_database& last_database() { return *databases_.back(); }
    [[nodiscard]] const temp_directory& directory() const { return directory_; }

private:
    temp_directory directory_;
    std::vector<std::shared_ptr<postgres_database>> databases_;
    int last_ = 0;
};

bool without_postgres() {
    if (postgres_server::missing().empty()) return false;
    WARN("this test is skipped: " << postgres_server::missing());
    return true;
}

void fill(const place& at) {
    store_fixture f{at.location};
    fill_with_everything(f);
}

std::string portrait_of(const place& at) {
    store_fixture f{at.location};
    return portrait(*f.kept);
}

store::transfer_options options_for(const place& from, const place& to) {
    store::transfer_options o;
    o.from = from.url;
    o.to = to.url;
    return o;
}

result<store::transfer_report> transfer(const place& from, const place& to) {
    return store::transfer_store(options_for(from, to));
}

void check_refused(const result<store::transfer_report>& done, errc why, const std::string& words) {
    REQUIRE(done.has_error());
    CHECK(to_string(done.error().code) == to_string(why));
    INFO(done.error().detail);
    CHECK(contains(done.error().detail, words));
}

/// Ends a transfer as a signal would, between two transactions.
struct broken_off {};

/// Whether it came to its end; else it broke off after so many pages of one step.
bool transfer_some(const place& from, const place& to, transfer_progress::step of, int pages) {
    auto o = options_for(from, to);
    o.rows_at_once = 2;
    o.on_progress = [&](const transfer_progress& p) {
        if (p.now == of && pages-- == 0) throw broken_off{};
    };
    try {
        const auto done = store::transfer_store(o);
        INFO((done ? std::string{} : to_string(done.error())));
        REQUIRE(done.has_value());
        return true;
    } catch (const broken_off&) {
        return false;
    }
}

void check_broken_off_transfer(const place& from, const place& to) {
    const auto before = portrait_of(from);
    int calls = 0;
    while (!transfer_some(from, to, transfer_progress::step::copying, 1))
        ++calls;
    CHECK(calls > 10);
    CHECK(portrait_of(to) == before);
    CHECK(portrait_of(from) == before);
}

/// It goes on where the one that it is a copy of would: numbers, order and duplicates.
void check_goes_on(const place& at) {
    store_fixture f{at.location};
    CHECK(f.keep(make_event("evt_plain")).status == store::append_status::duplicate);
    auto next = make_event("evt_next");
    next.envelope.transaction_id = "tx_ordered";
    next.deliveries = {{"crm", store::ordering::block}};
    next.key = std::make_shared<const store::key_text>(store::key_text{"key_3", R"({"kid":"key_3"})"});
    CHECK(f.keep(next).offset == 12);
    CHECK(f.kept->verification_key(12).value() == R"({"kid":"key_3"})");
    CHECK(f.record(8).handler == "crm");
    CHECK(f.claim("crm").deliveries.empty()); // a failed one holds the others up
    CHECK(f.kept->retry({.id = 3}, 1).value() == 1);
    for (const auto* id : {"evt_o1", "evt_o2", "evt_o3", "evt_next"}) {
        const auto claimed = f.claim("crm", 10).deliveries;
        REQUIRE(claimed.size() == 1);
        CHECK(claimed[0].event.envelope.id == id);
        f.finish(claimed[0].claim.id, delivery_state::successful);
    }
    CHECK(f.claim("audit").deliveries.empty());
    f.advance(2h);
    CHECK(f.claimed_ids("audit") == std::vector<std::string>{"evt_retried"});
    REQUIRE(f.kept->record_heartbeat({.now = noon + 1h, .instance = "beta", .first = true}));
    const auto outages = f.kept->outages({}).value();
    REQUIRE(outages.size() == 2);
    CHECK(outages[0].began == noon + 1min);
    CHECK(outages[0].reason == store::outage_reason::stopped);
}

} // namespace

TEST_CASE("a store of rows of every kind goes to another database and is the same there",
          "[store][transfer]") {
    places all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    fill(from);
    const auto before = portrait_of(from);
    const auto done = transfer(from, to);
    INFO((done ? std::string{} : to_string(done.error())));
    REQUIRE(done.has_value());
    CHECK(done->events == 10);
    CHECK(done->deliveries == 7);
    CHECK(portrait_of(to) == before);
    check_goes_on(to);
    CHECK(portrait_of(from) == before);
}

TEST_CASE("a store goes from one engine to the other and back and is the same in each",
          "[store][transfer][postgres]") {
    if (without_postgres()) return;
    places all;
    const bool from_sqlite = GENERATE(true, false);
    const auto from = from_sqlite ? all.sqlite() : all.postgres();
    const auto there = from_sqlite ? all.postgres() : all.sqlite();
    const auto back = from_sqlite ? all.sqlite() : all.postgres();
    fill(from);
    const auto before = portrait_of(from);
    for (const auto& [source, target] : {std::pair{&from, &there}, std::pair{&there, &back}}) {
        const auto done = transfer(*source, *target);
        INFO((done ? std::string{} : to_string(done.error())));
        REQUIRE(done.has_value());
        CHECK(portrait_of(*target) == before);
    }
    check_goes_on(there);
    check_goes_on(back);
    CHECK(portrait_of(from) == before);
}

TEST_CASE("an empty store is copied too", "[store][transfer]") {
    places all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    store_fixture{from.location}.reopen();
    REQUIRE(transfer(from, to));
    store_fixture f{to.location};
    CHECK(f.keep(make_event("evt_1")).offset == 1);
}

TEST_CASE("a copy that is broken off after any page goes on where it was", "[store][transfer]") {
    places all;
    const auto from = all.sqlite();
    fill(from);
    check_broken_off_transfer(from, all.sqlite());
}

TEST_CASE("a copy to the other engine that is broken off after any page goes on where it was",
          "[store][transfer][postgres]") {
    if (without_postgres()) return;
    places all;
    const auto from = all.sqlite();
    fill(from);
    const auto there = all.postgres();
    check_broken_off_transfer(from, there);
    check_broken_off_transfer(there, all.sqlite());
}

TEST_CASE("a copy that is broken off while it is compared is no store yet", "[store][transfer]") {
    places all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    fill(from);
    int checks = 0;
    while (!transfer_some(from, to, transfer_progress::step::checking, checks)) {
        CHECK_FALSE(std::filesystem::exists(to.url.substr(to.url.find(':') + 1)));
        checks += 5;
    }
    CHECK(checks > 10);
    CHECK(portrait_of(to) == portrait_of(from));
}

TEST_CASE("what was renamed last is only compared again", "[store][transfer]") {
    places all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    fill(from);
    REQUIRE(transfer(from, to));
    const auto file = to.url.substr(to.url.find(':') + 1);
    std::filesystem::rename(file, file + ".migration");
    int copied = 0;
    auto o = options_for(from, to);
    o.on_progress = [&](const transfer_progress& p) {
        copied += p.now == transfer_progress::step::copying ? 1 : 0;
    };
    REQUIRE(store::transfer_store(o));
    CHECK(copied == 0);
    CHECK(portrait_of(to) == portrait_of(from));
}

TEST_CASE("a place that has a store and a source that is none are refused", "[store][transfer]") {
    places all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    check_refused(transfer(from, to), errc::file_unreadable, "no database");
    fill(from);
    check_refused(transfer(from, from), errc::argument_invalid, "same");
    store_fixture{to.location}.reopen();
    check_refused(transfer(from, to), errc::file_unwritable, "a store already");
}

TEST_CASE("a store that a daemon works with is neither copied nor replaced", "[store][transfer]") {
    places all;
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
    places all;
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
    places all;
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
    if (without_postgres()) return;
    places all;
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

TEST_CASE("a copy that differs from its source does not take its place", "[store][transfer]") {
    places all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    fill(from);
    REQUIRE(transfer(from, to));
    const auto file = to.url.substr(to.url.find(':') + 1);
    std::filesystem::rename(file, file + ".migration");
    {
        using store::sqlite::connection;
        auto db = connection::open(file + ".migration", {}, connection::access::read_write, 1000);
        REQUIRE(db.has_value());
        REQUIRE(db->execute("UPDATE payloads SET body = x'00' WHERE seq = 1", "change a body"));
    }
    check_refused(transfer(from, to), errc::store_corrupt, "payloads");
    CHECK_FALSE(std::filesystem::exists(file));
}
