#include <webhookd/ingest/intake_counters.hpp>

#include "ingest/answers.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <set>
#include <string_view>

using namespace webhookd;
using namespace webhookd::ingest;
using namespace std::chrono_literals;

namespace {

std::uint64_t count_of(const intake_counters& c, std::string_view name) {
    const auto counts = c.read();
    for (std::size_t i = 0; i < refusals.size(); ++i)
        if (refusals[i].name == name) return counts.refused[i];
    FAIL("no such reason: " << name);
    return 0;
}

} // namespace

TEST_CASE("a failure has one name everywhere, and is put off where the answer is 503", "[intake]") {
    std::set<std::string_view> names;
    for (const auto& each : refusals) {
        INFO(each.name);
        CHECK(names.insert(each.name).second);
        if (!each.code) continue;
        CHECK(each.name == to_string(*each.code));
        CHECK(each.deferral ==
              (to_response(failure{*each.code}).status == http::status::service_unavailable));
    }
}

TEST_CASE("every failure with an answer of its own has a reason of its own", "[intake]") {
    for (auto number = 1; number <= static_cast<int>(errc::http_status); ++number) {
        const auto code = static_cast<errc>(number);
        INFO(to_string(code));
        const bool known = to_response(failure{code}).status != http::status::internal_server_error;
        intake_counters c;
        c.refused(code);
        CHECK(count_of(c, known ? to_string(code) : "other") == 1);
    }
}

TEST_CASE("requests are counted by what came of them", "[intake]") {
    intake_counters c;
    c.received();
    c.received();
    c.received();
    c.verified(60us);
    c.acknowledged(true, 2ms);
    c.acknowledged(false, 1ms);
    c.refused(header_refusal::source);
    c.refused(header_refusal::backlog);
    c.ignored(ignored_reason::workspace_missing);
    const auto counts = c.read();
    CHECK(counts.received == 3);
    CHECK(counts.accepted == 1);
    CHECK(counts.duplicates == 1);
    CHECK(ignored_names.at(1) == to_string(ignored_reason::workspace_missing));
    CHECK(counts.ignored == std::array<std::uint64_t, 2>{0, 1});
    CHECK(counts.verified.sum == 60'000);
    CHECK(counts.acknowledged.sum == 3'000'000);
    CHECK(count_of(c, "source-not-allowed") == 1);
    CHECK(count_of(c, "backlog-full") == 1);
    CHECK(count_of(c, "method-not-allowed") == 0);
}
