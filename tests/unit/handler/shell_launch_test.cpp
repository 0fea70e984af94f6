#include "handler/shell_launch.hpp"
#include "support/shell_runner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

std::vector<std::string> event_variables(const handler::delivery& d) {
    std::vector<std::string> environment;
    handler::add_event_variables(environment, "archive", d);
    return environment;
}

} // namespace

TEST_CASE("an event's ids stand in the environment, and nothing personal", "[handler][shell]") {
    CHECK(event_variables(test::shell_delivery("the body")) ==
          std::vector<std::string>{
              "UNIVERSIGN_HANDLER=archive", "UNIVERSIGN_DELIVERY_ID=7", "UNIVERSIGN_ATTEMPT=1",
              "UNIVERSIGN_TEST=", "UNIVERSIGN_ENDPOINT=production", "UNIVERSIGN_EVENT_ID=evt_1",
              "UNIVERSIGN_EVENT_TYPE=action.stalled", "UNIVERSIGN_CREATED=2026-01-02T12:00:00.000Z",
              "UNIVERSIGN_RECEIVED=2026-01-02T12:00:01.000Z", "UNIVERSIGN_TRANSACTION_ID=tx_1",
              "UNIVERSIGN_OBJECT_ID=act_1", "UNIVERSIGN_OBJECT_TYPE=action", "UNIVERSIGN_STATE=stalled",
              "UNIVERSIGN_STALLED_REASON=signature_refusal", "UNIVERSIGN_API_KEY=key_1",
              "UNIVERSIGN_TRACE_ID=trace_1", "UNIVERSIGN_JWS_SIGNATURE=aaa..bbb"});
}

TEST_CASE("what an event does not carry is set, and empty", "[handler][shell]") {
    const auto full = event_variables(test::shell_delivery());
    const auto bare = event_variables({});
    REQUIRE(bare.size() == full.size());
    CHECK(std::count(bare.begin(), bare.end(), "UNIVERSIGN_TRANSACTION_ID=") == 1);
    CHECK(std::count(bare.begin(), bare.end(), "UNIVERSIGN_CREATED=") == 1);
}

TEST_CASE("a value that no environment can hold is empty, any other stays as it is", "[handler][shell]") {
    auto d = test::shell_delivery();
    const auto state_of = [&](const std::string& state) {
        d.event.envelope.state = state;
        return std::string(handler::variable(event_variables(d), "UNIVERSIGN_STATE"));
    };
    for (const auto* hostile :
         {"$(touch x)", "`touch x`", "'; rm -rf / #", "a\nPATH=/tmp", "\"", "\xff\xfe", "="})
        CHECK(state_of(hostile) == hostile);
    CHECK(state_of(std::string("tx_1\0tx_2", 9)).empty());
    CHECK(state_of(std::string(handler::max_variable, 'a')).size() == handler::max_variable);
    CHECK(state_of(std::string(handler::max_variable + 1, 'a')).empty());
}

TEST_CASE("of the daemon's own environment a program gets PATH, HOME and LANG", "[handler][shell]") {
    REQUIRE(::setenv("WEBHOOKD_TEST_SECRET", "hidden", 1) == 0);
    const auto environment = handler::base_environment({{"LANG", "fr_FR"}, {"ARCHIVE", "/srv"}}, {});
    ::unsetenv("WEBHOOKD_TEST_SECRET");
    for (const auto& entry : environment) {
        const auto name = entry.substr(0, entry.find('='));
        CHECK((name == "PATH" || name == "HOME" || name == "LANG" || name == "ARCHIVE"));
    }
    CHECK(handler::variable(environment, "PATH") == std::getenv("PATH"));
    CHECK(handler::variable(environment, "LANG") == "fr_FR");
    CHECK(handler::variable(environment, "ARCHIVE") == "/srv");
    CHECK(handler::variable(environment, "ARCH").empty());
}

TEST_CASE("a user's own home stands in for the daemon's, unless `env` says otherwise", "[handler][shell]") {
    CHECK(handler::variable(handler::base_environment({}, "/home/a"), "HOME") == "/home/a");
    CHECK(handler::variable(handler::base_environment({{"HOME", "/b"}}, "/home/a"), "HOME") == "/b");
}
