#include "config/overrides.hpp"
#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using test::config_world;
using strings = std::vector<std::string>;

namespace {

const std::string file = "endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]\n"
                         "server: {listen: ['127.0.0.1:1', '127.0.0.1:2'], threads: 2}\n"
                         "handlers:\n"
                         "  to-Crm: {type: forward, url: 'https://crm/', sign: {secret: "
                         "'whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh'}}\n"
                         "routes: [{name: all, match: '*', handlers: [to-Crm]}]\n";

config_world with(const std::string& steps, const std::string& value) {
    config_world world;
    world.environment["UNIVERSIGN_WEBHOOKD_" + steps] = value;
    return world;
}

config::configuration loaded(const std::string& steps, const std::string& value) {
    const auto result = test::load_config(file, with(steps, value));
    INFO(Catch::StringMaker<strings>::convert(test::config_lines(result)));
    REQUIRE(result.value);
    return *result.value;
}

strings lines(const std::string& steps, const std::string& value) {
    return test::config_lines(test::load_config(file, with(steps, value)));
}

} // namespace

TEST_CASE("variables override keys of every kind", "[config]") {
    CHECK(loaded("SERVER__THREADS", "7").fixed.server.threads == 7);
    CHECK(loaded("SERVER__LIMITS__BODY", "2MiB").reloadable.limits.body.bytes == 2u << 20);
    CHECK(loaded("SERVER__LISTEN", "127.0.0.1:9").fixed.server.listen.size() == 1);
    CHECK(loaded("SERVER__LISTEN", "[\"127.0.0.1:9\", \"127.0.0.1:10\", \"127.0.0.1:11\"]")
              .fixed.server.listen.size() == 3);
    CHECK(loaded("LOG__FORMAT", "text").fixed.log_format == config::log_format::text);
    CHECK(loaded("ENDPOINTS__0__PATH", "/other").fixed.endpoints[0].path == "/other");
    CHECK(loaded("HANDLERS__TO_CRM__TIMEOUT", "3s").reloadable.handlers[0].common.timeout ==
          std::chrono::seconds(3));
    CHECK(loaded("STORAGE__URL", "sqlite:/tmp/${env:UNIVERSIGN_WEBHOOKD_STORAGE__URL}")
              .fixed.storage_url.starts_with("sqlite:/tmp/sqlite:"));
}

TEST_CASE("the command line's own variables are no overrides", "[config]") {
    CHECK_FALSE(config::is_override("UNIVERSIGN_WEBHOOKD_TOKEN"));
    CHECK_FALSE(config::is_override("UNIVERSIGN_WEBHOOKD_ADMIN"));
    CHECK_FALSE(config::is_override("SERVER__LISTEN"));
    CHECK(config::is_override("UNIVERSIGN_WEBHOOKD_SERVER__LISTEN"));
    CHECK(config::override_path("UNIVERSIGN_WEBHOOKD_A_B__C__0") == strings{"a_b", "c", "0"});
}

TEST_CASE("a mistake in a variable names the variable and never quotes it", "[config]") {
    const std::string prefix = "UNIVERSIGN_WEBHOOKD_";
    const auto unknown = lines("SERVER__LISTEM", "hunter2");
    REQUIRE(unknown.size() == 1);
    CHECK_THAT(unknown[0], Catch::StartsWith(prefix + "SERVER__LISTEM: server.listem: is no key here"));
    for (const auto& [steps, value] : {std::pair<std::string, std::string>{"SERVER__THREADS", "hunter2"},
                                       {"SERVER__LIMITS__BODY", "hunter2"},
                                       {"LOG__LEVEL", "hunter2"},
                                       {"HANDLERS__TO_CRM__SIGN__SECRET", "hunter2"},
                                       {"SERVER__LISTEN", "[hunter2"},
                                       {"ENDPOINTS__7__PATH", "/hunter2"},
                                       {"ENDPOINTS__0__PATH__DEEPER", "hunter2"}}) {
        const auto told = lines(steps, value);
        INFO(steps);
        REQUIRE(told.size() == 1);
        CHECK_THAT(told[0], Catch::StartsWith(prefix + steps + ": "));
        CHECK_THAT(told[0], !Catch::Contains("hunter2"));
    }
}

TEST_CASE("a key that wants a text gets the variable's value character by character", "[config]") {
    const auto header = [](const std::string& value) {
        return std::get<config::forward_handler>(
                   loaded("HANDLERS__TO_CRM__HEADERS__X_API_KEY", value).reloadable.handlers[0].kind)
            .headers.at("X-API-KEY");
    };
    for (const std::string value : {"\"quoted\"", "'single'", "\"open", "[list", "{a: b}", "a: b #c", "# c",
                                    "12345", "true", "null", "~", "1e400", "- x", "&a", "*a", "!t", "%"}) {
        CAPTURE(value);
        CHECK(header(value) == value);
    }
}

TEST_CASE("new variables of a program keep their case, and headers are named with dashes", "[config]") {
    config_world world;
    world.environment["UNIVERSIGN_WEBHOOKD_HANDLERS__TOOL__TYPE"] = "shell";
    world.environment["UNIVERSIGN_WEBHOOKD_HANDLERS__TOOL__COMMAND"] = "true";
    world.environment["UNIVERSIGN_WEBHOOKD_HANDLERS__TOOL__ENV__ARCHIVE_TOKEN"] = "x";
    world.environment["UNIVERSIGN_WEBHOOKD_HANDLERS__TOOL__ENV__Mixed_Case"] = "y";
    const auto result = test::load_config(file, world);
    REQUIRE(result.value);
    REQUIRE(result.value->reloadable.handlers.size() == 2);
    const auto& tool = std::get<config::shell_handler>(result.value->reloadable.handlers[1].kind);
    CHECK(tool.env == std::map<std::string, std::string>{{"ARCHIVE_TOKEN", "x"}, {"Mixed_Case", "y"}});
}
