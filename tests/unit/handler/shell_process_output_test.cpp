#include <webhookd/handler/handler.hpp>

#include "handler/shell_process.hpp"

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
    CHECK(shown("a\x1b[2Jb") == "a\\x1b[2Jb");
    CHECK(shown(std::string("a\0b\x7f", 4)) == "a\\x00b\\x7f");
    CHECK(shown("a\xc2\x9b"
                "2J") == "a\\xc2\\x9b2J"); // C1: the same command in one character
    CHECK(shown("a\xff\xc3") == "a\\xff\\xc3");
    CHECK(shown("one\r\ntwo\rthree\r\n") == "one\\x0d\ntwo\\x0dthree\\x0d");
}

TEST_CASE("the rest of a long output is dropped, and no character is cut", "[handler][shell]") {
    CHECK(shown(std::string(3 * handler::max_output, 'a')) == std::string(handler::max_output, 'a'));
    std::string accents;
    while (accents.size() < 2 * handler::max_output)
        accents += "é";
    CHECK(shown('a' + accents) == 'a' + accents.substr(0, handler::max_output - 2));
    CHECK(shown('a' + accents.substr(0, handler::max_output)).size() == handler::max_output - 1);
    CHECK(shown(std::string(handler::max_output, '\x01')).size() == handler::max_output);
    CHECK(shown("abc" + std::string(handler::max_output, '\x01')).size() == handler::max_output - 1);
}

TEST_CASE("values of `env` are named, not shown", "[handler][shell]") {
    const std::map<std::string, std::string> env{
        {"TOKEN", "correct-horse"}, {"LONGER", "correct-horse-battery"}, {"MODE", "fast"}};
    CHECK(shown("+ curl -H correct-horse fast", env) == "+ curl -H [TOKEN] fast");
    CHECK(shown("correct-horse-battery", env) == "[LONGER]");
}

TEST_CASE("no part of a secret is shown where the output was cut", "[handler][shell]") {
    const std::map<std::string, std::string> env{{"T", "correct-horse-battery"}};
    const auto secret = env.at("T");
    for (std::size_t shown_part = 0; shown_part <= secret.size(); ++shown_part) {
        const auto begin = handler::max_output - shown_part;
        const auto text = shown(std::string(begin, 'a') + secret + std::string(100, 'b'), env);
        CHECK(text.substr(0, begin) == std::string(begin, 'a'));
        CHECK(text.find('c') == std::string::npos);
    }
    // Names shorter than what they stand for let more fit, but nothing of what was cut within a secret.
    std::string many;
    while (many.size() < handler::max_output + secret.size())
        many += secret;
    CHECK(shown(many, env).find('c') == std::string::npos);
}

TEST_CASE("a secret is found before anything is escaped", "[handler][shell]") {
    CHECK(shown("x p\xff\x01ss-word y", {{"RAW", "p\xff\x01ss-word"}}) == "x [RAW] y");
}
