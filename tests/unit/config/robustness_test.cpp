#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

using namespace webhookd;

TEST_CASE("every prefix of a good file is loaded or refused, never more", "[config]") {
    const auto world = test::product_world();
    for (const auto& text :
         {std::string(test::product_example), test::read_source_file("config/development.yaml")}) {
        for (std::size_t length = 0; length <= text.size(); ++length) {
            const auto loaded = test::load_config(std::string_view(text).substr(0, length), world);
            if (!loaded.value && loaded.diagnostics.empty()) FAIL("refused without a reason at " << length);
            for (const auto& d : loaded.diagnostics)
                if (d.line < 0 || d.column < 0 || d.message.empty())
                    FAIL("a diagnostic without a place at " << length);
        }
    }
}

TEST_CASE("every byte of a good file can be spoilt", "[config]") {
    const auto text = test::read_source_file("config/development.yaml");
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char c :
             {'\0', '\xff', '\n', '"', '[', '{', ':', '&', '*', '!', '-', '$', '\t', '}', '%', '|', '?'}) {
            auto spoilt = text;
            spoilt[i] = c;
            const auto loaded = test::load_config(spoilt);
            if (!loaded.value && loaded.diagnostics.empty()) FAIL("refused without a reason at " << i);
        }
    }
}

TEST_CASE("a flood of mistakes is cut, and stays an error", "[config]") {
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += fmt::format("k{}: v\n", i);
    const auto loaded = test::load_sections(many);
    CHECK_FALSE(loaded.value);
    REQUIRE(loaded.diagnostics.size() == 1001);
    CHECK(to_string(loaded.diagnostics.back()) == "c.yaml: and 19000 more");
}

TEST_CASE("aliases cannot make a small file a large one", "[config]") {
    std::string names = "x-n: &n [";
    for (int i = 0; i < 1000; ++i)
        names += "a,";
    std::string routes = names + "]\nhandlers: {a: {type: log}}\nroutes: [";
    for (int i = 0; i < 999; ++i)
        routes += fmt::format("{{name: r{}, match: '*', handlers: *n}},", i);
    const auto loaded = test::load_sections(routes + "]\n");
    CHECK_FALSE(loaded.value);
    CHECK(loaded.diagnostics.size() <= 1001);
}
