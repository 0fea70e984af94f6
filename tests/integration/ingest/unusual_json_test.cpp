#include <webhookd/event/sample.hpp>

#include "support/admin_api.hpp"
#include "support/event_samples.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using test::daemon_fixture;
using test::keep;

TEST_CASE("a signed event is kept whatever numbers it holds, and shows them as they came", "[ingest]") {
    test::daemon_setup setup;
    setup.handlers = "  audit: { type: log }\n  exact: { type: log }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [audit] }\n"
                   "  - { name: exact, match: \"*\", handlers: [exact], when: { "
                   "/payload/object/metadata/n: 18446744073709551617 } }\n";
    daemon_fixture daemon(setup);
    const auto add = [&](std::uint64_t seed, const char* n) {
        return keep(daemon, "transaction.lifecycle.completed", seed, {{"/payload/object/metadata/n", n}});
    };
    const std::string numbers[] = {"1e400", "2.5935725637236944e-23", "18446744073709551617",
                                   "18446744073709551616", "18446744073709551617.0"};
    std::uint64_t seed = 0;
    for (const auto& n : numbers) {
        CAPTURE(n);
        const auto id = add(++seed, n.c_str());
        const auto shown = daemon.get("/v1/events/" + id).body;
        const auto response = shown.substr(0, shown.find("\"raw_body\""));
        CHECK_THAT(response, Catch::Contains("\"n\":" + n + "}") || Catch::Contains("\"n\":" + n + ","));
        const bool exact = n == "18446744073709551617" || n == "18446744073709551617.0";
        CHECK(test::count_deliveries(daemon, "event=" + id + "&handler=exact") == (exact ? 1u : 0u));
        CHECK_THAT(daemon.get("/v1/events?q=" + n).body, Catch::Contains(id));
    }
}

TEST_CASE("a signed event is kept however deep it nests", "[ingest]") {
    daemon_fixture daemon;
    std::string body = event::make_sample("action.opened", {.seed = 3}).value();
    const auto deep = std::string(20'000, '[') + "1" + std::string(20'000, ']');
    body.insert(body.find('{') + 1, "\"strange\":" + deep + ",");
    CHECK(daemon.post(body).status == 200);
    CHECK_THAT(daemon.post(body).body, Catch::Contains("duplicate"));
    CHECK(daemon.post(event::make_sample("action.opened", {.seed = 4}).value()).status == 200);
}
