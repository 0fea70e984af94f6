#include "support/admin_api.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

using namespace webhookd;
using test::daemon_fixture;

namespace {

/// The most memory that the process ever had resident, in KiB (proc(5)).
std::int64_t peak_kib(daemon_fixture& daemon) {
    const auto text = test::read_text("/proc/" + std::to_string(daemon.running().pid()) + "/status");
    const auto at = text.find("VmHWM:");
    REQUIRE(at != std::string::npos);
    return std::stoll(text.substr(at + 6));
}

} // namespace

TEST_CASE("an export of large bodies takes memory for one of them, and loses no row", "[chaos][export]") {
    test::daemon_setup setup;
    setup.server = "  limits: { body: 8MiB }\n";
    daemon_fixture daemon(setup);
    constexpr int events = 48;
    const std::string padding(4 * 1024 * 1024, 'x');
    for (int i = 0; i < events; ++i) {
        const auto body = R"({"id":"evt_large)" + std::to_string(i) +
                          R"(","type":"action.opened","padding":")" + padding + "\"}";
        REQUIRE(daemon.post(body).status == 200);
    }
    const auto before = peak_kib(daemon);
    const auto rows = daemon.get("/v1/events.ndjson?payload=true").body;
    CHECK(std::count(rows.begin(), rows.end(), '\n') == events);
    CHECK(rows.size() > events * padding.size());
    // All 48 together would be some 200 MiB, in each of the forms that they take on their way.
    CHECK(peak_kib(daemon) - before < 64 * 1024);
    CHECK(daemon.post(test::sample("action.opened", 1)).status == 200);
}
