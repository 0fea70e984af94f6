#include "store/sqlite/connection.hpp"
#include "support/no_postgres.hpp"
#include "support/transfer_world.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;
using store::delivery_state;
using store::transfer_progress;

namespace {

void check_broken_off_transfer(const located_store& from, const located_store& to) {
    const auto before = portrait_of(from);
    int calls = 0;
    while (!transfer_some(from, to, transfer_progress::step::copying, 1))
        ++calls;
    CHECK(calls > 10);
    CHECK(portrait_of(to) == before);
    CHECK(portrait_of(from) == before);
}

/// It goes on where the one that it is a copy of would: numbers, order and duplicates.
void check_goes_on(const located_store& at) {
    store_fixture f{at.location};
    CHECK(f.keep(make_event("evt_plain")).status == store::append_status::duplicate);
    auto next = make_event("evt_next");
    next.envelope.transaction_id = "tx_ordered";
    next.deliveries = {{"crm", store::ordering::block}};
    next.key = std::make_shared<const store::key_text>(store::key_text{"key_3", R"({"kid":"key_3"})"});
    CHECK(f.keep(next).offset == 12);
    CHECK(f.kept->verification_key(12).value().jwk == R"({"kid":"key_3"})");
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
    store_locations all;
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
    if (no_postgres()) return;
    store_locations all;
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
    store_locations all;
    const auto from = all.sqlite();
    const auto to = all.sqlite();
    store_fixture{from.location}.reopen();
    REQUIRE(transfer(from, to));
    store_fixture f{to.location};
    CHECK(f.keep(make_event("evt_1")).offset == 1);
}

TEST_CASE("a copy that is broken off after any page goes on where it was", "[store][transfer]") {
    store_locations all;
    const auto from = all.sqlite();
    fill(from);
    check_broken_off_transfer(from, all.sqlite());
}

TEST_CASE("a copy to the other engine that is broken off after any page goes on where it was",
          "[store][transfer][postgres]") {
    if (no_postgres()) return;
    store_locations all;
    const auto from = all.sqlite();
    fill(from);
    const auto there = all.postgres();
    check_broken_off_transfer(from, there);
    check_broken_off_transfer(there, all.sqlite());
}

TEST_CASE("a copy that is broken off while it is compared is no store yet", "[store][transfer]") {
    store_locations all;
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
    store_locations all;
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

TEST_CASE("a copy that differs from its source does not take its place", "[store][transfer]") {
    store_locations all;
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
