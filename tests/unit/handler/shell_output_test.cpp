#include <webhookd/handler/handler.hpp>

#include "handler/shell_output.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace webhookd;

namespace {

std::string shown(const std::string& raw, const std::map<std::string, std::string>& env = {}) {
    const auto secrets = handler::shell_output::secrets_of(env);
    handler::shell_output output(secrets);
    for (std::size_t i = 0; i < raw.size(); i += 1000)
        output.add(std::string_view(raw).substr(i, 1000));
    return output.text();
}

} // namespace

TEST_CASE("a program's text is kept, without its blank tail", "[handler][shell]") {
    CHECK(shown("archived\n\tas été ✓ 🖋\n\n") == "archived\n\tas été ✓ 🖋");
    CHECK(shown(" \n").empty());
    CHECK(shown("").empty());
}

TEST_CASE("what a terminal would obey, and what is not UTF-8, is made harmless", "[handler][shell]") {
    CHECK(shown("a\x1b[2Jb") == "a\uFFFD[2Jb");
    CHECK(shown(std::string("a\0b\x7f", 4)) == "a\uFFFDb\uFFFD");
    CHECK(shown("a\xc2\x9b"
                "2J") == "a\uFFFD2J"); // C1: the same command in one character
    CHECK(shown("a\xff\xc3") == "a\uFFFD\uFFFD");
    CHECK(shown("\xed\xa0\x80|\xc0\xaf") == "\uFFFD\uFFFD\uFFFD|\uFFFD\uFFFD"); // a surrogate; overlong
    CHECK(shown("one\r\ntwo\rthree") == "one\ntwo\nthree");
}

TEST_CASE("the rest of a long output is dropped, and no character is cut", "[handler][shell]") {
    CHECK(shown(std::string(3 * handler::max_output, 'a')) == std::string(handler::max_output, 'a'));
    std::string accents;
    while (accents.size() < 2 * handler::max_output)
        accents += "é";
    CHECK(shown('a' + accents) == 'a' + accents.substr(0, handler::max_output - 2));
    CHECK(shown('a' + accents.substr(0, handler::max_output)).size() == handler::max_output - 1);
    CHECK(shown(std::string(handler::max_output, '\x01')).size() == handler::max_output / 3 * 3);
}

TEST_CASE("values of `env` are named, not shown", "[handler][shell]") {
    const std::map<std::string, std::string> env{
        {"TOKEN", "correct-horse"}, {"LONGER", "correct-horse-battery"}, {"MODE", "fast"}};
    CHECK(shown("+ curl -H correct-horse fast", env) == "+ curl -H [TOKEN] fast");
    CHECK(shown("correct-horse-battery", env) == "[LONGER]");
    CHECK(shown(std::string(handler::max_output - 3, 'a') + "correct-horse", env) ==
          std::string(handler::max_output - 3, 'a'));
}
