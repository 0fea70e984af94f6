#include "support/config_fixture.hpp"
#include "support/files.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using test::config_lines;

namespace {

const std::string endpoint = "endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]\n";

/// A main file, and what is in config.d beside it.
class folder {
public:
    folder(std::string_view main, const std::vector<std::pair<std::string, std::string>>& others) {
        test::write_text(directory_ / "c.yaml", std::string(main));
        std::filesystem::create_directory(directory_ / "config.d");
        for (const auto& [name, text] : others)
            test::write_text(directory_ / "config.d" / name, text);
    }

    [[nodiscard]] config::loaded load(const test::config_world& world = {}) const {
        return config::load_file(directory_ / "c.yaml", world.sources(), config::outside_world::ignored);
    }
    /// As printed, without the folder's own path.
    [[nodiscard]] std::vector<std::string> lines() const {
        auto all = config_lines(load());
        const auto prefix = directory_.path().string() + '/';
        for (auto& line : all)
            for (std::size_t at; (at = line.find(prefix)) != std::string::npos;)
                line.erase(at, prefix.size());
        return all;
    }

private:
    test::temp_directory directory_;
};

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("files in config.d add their maps and lists in the order of their names", "[config]") {
    const folder files(endpoint + "server: {limits: {body: 2MiB}}\n"
                                  "handlers: {audit: {type: log}}\n"
                                  "routes: [{name: all, match: '*', handlers: [audit]}]\n",
                       {{"20-b.yaml", "routes: [{name: b, match: action.opened, handlers: [audit]}]\n"},
                        {"10-a.yaml", "endpoints: [{name: a, path: /a, signature: {jwks: {file: k}}}]\n"
                                      "server: {limits: {headers: 32KiB}}\n"
                                      "handlers: {late: {type: log}}\n"
                                      "routes: [{name: a, match: '*', handlers: [late]}]\n"},
                        {"30-empty.yaml", "# nothing yet\n"},
                        {"note.txt", "not: [read"},
                        {".hidden.yaml", "not: [read"}});
    CHECK(files.lines() == strings());
    const auto loaded = files.load();
    REQUIRE(loaded.value);
    const auto& c = *loaded.value;
    CHECK(c.reloadable.limits.body.bytes == 2u << 20);
    CHECK(c.reloadable.limits.headers.bytes == 32u << 10);
    REQUIRE(c.fixed.endpoints.size() == 2);
    CHECK(c.fixed.endpoints[1].name == "a");
    CHECK(c.reloadable.handlers.size() == 2);
    REQUIRE(c.reloadable.routes.size() == 3);
    CHECK(c.reloadable.routes[1].name == "a");
    CHECK(c.reloadable.routes[2].name == "b");
}

TEST_CASE("a value that two files set is a mistake that names both places", "[config]") {
    const folder files(endpoint + "log: {level: debug}\n", {{"a.yaml", "log:\n  level: info\n"}});
    CHECK(files.lines() ==
          strings{"config.d/a.yaml:2:3: log.level: is set in two files; the other is c.yaml:2"});
    CHECK_FALSE(files.load().value);
    // A list and a single value cannot be put together either.
    const folder kinds(endpoint + "server: {listen: ['127.0.0.1:1']}\n",
                       {{"a.yaml", "server: {listen: '127.0.0.1:2'}\n"}});
    CHECK(kinds.lines() ==
          strings{"config.d/a.yaml:1:10: server.listen: is set in two files; the other is c.yaml:2"});
}

TEST_CASE("mistakes in config.d are told with their own file, line and column", "[config]") {
    const folder files(endpoint + "surver: {}\n", {{"a.yaml", "log:\n  levle: info\n"},
                                                   {"b.yaml", "log: {level: info}\nlog: {format: text}\n"}});
    const auto lines = files.lines();
    REQUIRE(lines.size() == 3);
    CHECK_THAT(lines[0], Catch::StartsWith("c.yaml:2:1: surver: is no key here"));
    CHECK_THAT(lines[1], Catch::StartsWith("config.d/a.yaml:2:3: log.levle: is no key here"));
    CHECK_THAT(lines[2], Catch::StartsWith("config.d/b.yaml:2:1: log: stands here a second time"));
    const folder broken(endpoint, {{"a.yaml", "log: [\n"}, {"b.yaml", "- a list\n"}});
    const auto told = broken.lines();
    REQUIRE(told.size() == 2);
    CHECK_THAT(told[0], Catch::StartsWith("config.d/a.yaml:"));
    CHECK(told[1] == "config.d/b.yaml:1:1: the file must be a map of sections, not a list");
}

TEST_CASE("the main file may leave everything to config.d but may not be empty", "[config]") {
    CHECK(folder("x-team: {}\n", {{"a.yaml", endpoint}}).load().value);
    CHECK_FALSE(folder("", {{"a.yaml", endpoint}}).load().value);
}
