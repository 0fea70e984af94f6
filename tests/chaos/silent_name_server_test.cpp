#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/own_mounts.hpp"
#include "support/silent_name_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

TEST_CASE("a host whose name server is silent holds up neither other receivers nor the end", "[chaos]") {
    auto mounts = test::own_mounts::make();
    const auto name_server = mounts ? test::silent_name_server::start(*mounts) : std::nullopt;
    if (!name_server) {
        WARN("this test is skipped: it needs root, mount namespaces and port 53 of 127.77.53.1");
        return;
    }
    test::chaos_sink sink;
    daemon_setup setup;
    setup.server = "  shutdown_grace: 1s\n";
    setup.handlers = "  lost: { type: forward, url: \"http://receiver.silent.test/hook\", timeout: 500ms }\n"
                     "  crm: { type: forward, url: \"" +
                     sink.url() + "\" }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [lost, crm] }\n";
    daemon_fixture daemon(setup);
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        REQUIRE(daemon.post(test::sample("action.opened", seed)).status == 200);
    // Transfers to the lost host end by their timeout, again and again.
    REQUIRE(daemon.says("an attempt failed; there will be another"));
    for (std::uint64_t seed = 4; seed <= 30; ++seed)
        REQUIRE(daemon.post(test::sample("action.opened", seed)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "handler=crm&state=successful") == 30; }));
    CHECK(daemon.terminate(30s) == 0);

    // On the same store, with the system's own resolver again, nothing is lost.
    CHECK(sink.requests().size() == 30);
    mounts.reset();
    auto again = daemon.setup();
    again.directory = daemon.directory();
    again.handlers = "  lost: { type: forward, url: \"" + sink.url("/found") +
                     "\" }\n  crm: { type: forward, url: \"" + sink.url() + "\" }\n";
    daemon_fixture recovered(again);
    CHECK(wait_for_condition([&] { return count_deliveries(recovered, "state=successful") == 60; }, 120s));
}
