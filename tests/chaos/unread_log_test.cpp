#include "support/chaos_sink.hpp"
#include "support/event_samples.hpp"
#include "support/unread_log.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace webhookd;
using test::daemon_without_reader;
using test::wait_for_condition;

namespace {

const std::string both_handlers =
    "routes:\n  - { name: all, match: \"*\", handlers: [audit, crm] }\n"
    "handlers:\n  audit: { type: log, timeout: 300ms, retry: { initial: 10ms, max_delay: 50ms, max_attempts: "
    "10000 }, circuit_breaker: { failures: 5, open_for: 100ms } }\n";

constexpr std::size_t events = 300;

std::size_t distinct_events(const std::string& log) {
    std::set<std::string> ids;
    constexpr std::string_view before =
        "\"event\",\"handler\":\"audit\",\"endpoint\":\"production\",\"event\":\"";
    for (auto at = log.find(before); at != std::string::npos; at = log.find(before, at + 1)) {
        const auto id = at + before.size();
        ids.insert(log.substr(id, log.find('"', id) - id));
    }
    return ids.size();
}

} // namespace

TEST_CASE("events for a log that nobody reads wait and hold no other handler up", "[chaos]") {
    test::chaos_sink sink;
    daemon_without_reader daemon(both_handlers + "  crm: { type: forward, url: \"" + sink.url() + "\" }\n");
    for (std::size_t i = 0; i < events; ++i)
        REQUIRE(daemon.post(test::sample("action.opened", i)) == 200);
    CHECK(wait_for_condition([&] { return sink.requests().size() >= events; }));
    CHECK(daemon.get("/readyz").body.find("\"ready\"") != std::string::npos);

    // The reader is back: every event is told of after all, and the daemon ends well.
    CHECK(wait_for_condition([&] { return distinct_events(daemon.log().read()) == events; }));
    CHECK(daemon.end(daemon_without_reader::reader::reads) == 0);
}

TEST_CASE("a log that nobody reads keeps no daemon from its end", "[chaos]") {
    test::chaos_sink sink;
    daemon_without_reader daemon(both_handlers + "  crm: { type: forward, url: \"" + sink.url() + "\" }\n");
    for (std::size_t i = 0; i < events; ++i)
        REQUIRE(daemon.post(test::sample("action.opened", i)) == 200);
    CHECK(daemon.end(daemon_without_reader::reader::sleeps) == 0);
}

TEST_CASE("what a log that nobody reads has lost is counted, and told once somebody does", "[chaos]") {
    daemon_without_reader daemon("log: { level: debug }\n");
    const auto body = test::sample("action.opened", 1);
    for (int i = 0; i < 9'000; ++i)
        REQUIRE(daemon.post(body) == 200);
    CHECK(daemon.get("/metrics").body.find("\nwebhookd_log_lines_dropped_total 0") == std::string::npos);
    CHECK(daemon.log().says("lines of the log were lost"));
    CHECK(daemon.end(daemon_without_reader::reader::reads) == 0);
    CHECK(daemon.log().says("\"message\":\"stopped\""));
}
