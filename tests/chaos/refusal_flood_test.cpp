#include <webhookd/event/sample.hpp>

#include "support/daemon.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using test::wait_for_condition;

TEST_CASE("a flood of refused requests leaves few lines, which tell how many there were", "[chaos]") {
    test::daemon_fixture daemon;
    const auto body = event::make_sample("action.opened", {}).value();
    constexpr std::size_t flood = 3'000;
    for (std::size_t i = 0; i < flood; ++i)
        REQUIRE(daemon.post(body, "").status == 401);
    CHECK(daemon.post(body, "not.a.signature").status == 401); // of another kind, and told at once
    CHECK(daemon.post(body).status == 200);
    const std::string refused = "\"message\":\"a webhook was refused\"";
    CHECK(wait_for_condition([&] {
        return daemon.stderr_text().find("\"like\":\"a webhook was refused\",\"endpoint\":\"production\","
                                         "\"reason\":\"signature-missing\",\"lines\":") != std::string::npos;
    }));
    CHECK(daemon.terminate() == 0);
    const auto log = daemon.stderr_text();
    CHECK(log.find("\"reason\":\"signature-malformed\"") != std::string::npos);
    CHECK(test::occurrences(log, refused) < 200);
    // Every one is a line, or in a total.
    auto told = test::occurrences(log, refused) - 1;
    constexpr std::string_view lines = "\"reason\":\"signature-missing\",\"lines\":";
    for (auto at = log.find(lines); at != std::string::npos; at = log.find(lines, at + 1))
        told += std::stoul(log.substr(at + lines.size()));
    CHECK(told == flood);
}
