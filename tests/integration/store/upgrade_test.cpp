#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/old_store.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using test::contains;
using test::daemon_fixture;
using test::old_store;

namespace {

std::string qualified(int number) {
    const auto id = std::to_string(number);
    return R"({"object":"event","id":"evt_)" + id +
           R"(","type":"transaction.lifecycle.completed","payload":{"object":{"object":"transaction","id":"tx_)" +
           id + R"(","participants":[{"email":"ada@client.example","min_signature_level":"level4"}],)" +
           R"("instructions":{"signatures":[{"signer":"ada@client.example","field":"fld_1"}]}}}})";
}

} // namespace

TEST_CASE("after an upgrade the report is counted anew from the bodies that are kept", "[store]") {
    const test::temp_directory directory;
    {
        old_store old(directory / "events.db");
        for (int number = 1; number <= 3; ++number)
            old.complete({.levels = {1, 0, 0}}, qualified(number));
        old.complete({.seals = 1, .levels = {1, 2, 0}}, "");
    }
    test::daemon_setup setup;
    setup.directory = directory.path();
    daemon_fixture daemon(setup);
    const std::string counted = R"({"object":"events-report","total":7,"visas":0,"seals":1,"reviews":0,)"
                                R"("signatures":6,"signatures_by_required_level":)"
                                R"({"level_1":1,"level_2":2,"level_4":3}})"
                                "\n";
    CHECK(daemon.get("/v1/events/report").body == counted);
    CHECK(contains(daemon.stderr_text(), "counted anew"));
    CHECK(contains(daemon.stderr_text(), "the events that are kept are counted"));
    CHECK(contains(
        daemon.get("/v1/events/histogram?created_gt=2026-03-09&created_lt=2026-03-12&interval=1d").body,
        R"({"key":"transaction","events":4,"counts":[0,4,0]})"));
    REQUIRE(daemon.terminate() == 0);
    daemon.start();
    CHECK(daemon.get("/v1/events/report").body == counted);
    CHECK_FALSE(contains(daemon.stderr_text(), "counted anew"));
}
