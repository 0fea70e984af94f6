#include <webhookd/runtime/log.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace webhookd;

namespace {

const timestamp noon = *parse_rfc3339("2026-01-02T12:00:00.123Z");

std::string render(log::format f, const std::vector<log::field>& fields, std::string_view message = "m") {
    return log::render(f, noon, log::level::info, message, fields);
}

} // namespace

TEST_CASE("a JSON line keeps types and escapes whatever could break it", "[runtime]") {
    const std::string head = R"({"time":"2026-01-02T12:00:00.123Z","level":"info","message":"m")";
    CHECK(render(log::format::json, {}) == head + "}");
    CHECK(render(log::format::json, {{"n", -5}, {"u", 7u}, {"d", 1.5}, {"b", true}, {"s", "x"}}) ==
          head + R"(,"n":-5,"u":7,"d":1.500,"b":true,"s":"x"})");
    CHECK(render(log::format::json, {{"s", std::string("a\"b\\c\nd\x01\x7f")}}) ==
          head + R"(,"s":"a\"b\\c\nd\u0001\u007f"})");
    CHECK(render(log::format::json, {{"s", "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"}}) ==
          head + ",\"s\":\"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"}");
}

TEST_CASE("bytes that are no UTF-8 cannot spoil a JSON line", "[runtime]") {
    for (const std::string bad :
         {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8"}) {
        const auto line = render(log::format::json, {{"s", bad}});
        CHECK_THAT(line, Catch::Contains("\\ufffd"));
        CHECK(line.find(bad) == std::string::npos);
    }
}

TEST_CASE("a text line quotes values that could be taken for something else", "[runtime]") {
    const std::string head = "2026-01-02T12:00:00.123Z info    m";
    CHECK(render(log::format::text, {{"a", "plain"}, {"n", 3}}) == head + " a=plain n=3");
    CHECK(render(log::format::text, {{"a", "two words"}}) == head + " a=\"two words\"");
    CHECK(render(log::format::text, {{"a", ""}}) == head + " a=\"\"");
    CHECK(render(log::format::text, {{"a", "x=y"}}) == head + " a=\"x=y\"");
    CHECK(render(log::format::text, {{"a", "\x1b[31mred\nforged line"}}) ==
          head + " a=\"\\u001b[31mred\\nforged line\"");
}

TEST_CASE("what would not show as itself is escaped in both formats", "[runtime]") {
    const std::vector<std::pair<std::string, std::string>> hidden{
        {"\xc2\x9b", "\\u009b"},                // CSI, as ESC [
        {"\xc2\x85", "\\u0085"},                // next line
        {"\xc2\xad", "\\u00ad"},                // soft hyphen
        {"\xd8\x9c", "\\u061c"},                // Arabic letter mark
        {"\xe2\x80\x8b", "\\u200b"},            // zero width space
        {"\xe2\x80\xa8", "\\u2028"},            // line separator
        {"\xe2\x80\xae", "\\u202e"},            // right-to-left override
        {"\xe2\x81\xa6", "\\u2066"},            // left-to-right isolate
        {"\xef\xbb\xbf", "\\ufeff"},            // byte order mark
        {"\xef\xbf\xbf", "\\uffff"},            // no character
        {"\xf3\xa0\x81\x81", "\\udb40\\udc41"}, // tag latin capital a
    };
    for (const auto& [bytes, escape] : hidden)
        for (const auto format : {log::format::json, log::format::text})
            for (const auto& line :
                 {render(format, {{"s", "a" + bytes + "b"}}), render(format, {}, "a" + bytes + "b")}) {
                CAPTURE(line);
                CHECK_THAT(line, Catch::Contains("a" + escape + "b"));
                CHECK(line.find(bytes) == std::string::npos);
            }
    // What people write stays as it is.
    for (const std::string shown :
         {"\xc3\xa9", "\xd7\xa9", "\xd8\xb9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\xc2\xa0"})
        CHECK_THAT(render(log::format::text, {{"s", shown}}), Catch::Contains("s=\"" + shown + "\""));
}

TEST_CASE("the journal's priorities are those of syslog", "[runtime]") {
    CHECK(log::journal_priority(log::level::error) == "<3>");
    CHECK(log::journal_priority(log::level::warning) == "<4>");
    CHECK(log::journal_priority(log::level::info) == "<6>");
    CHECK(log::journal_priority(log::level::debug) == "<7>");
    CHECK(log::journal_priority(log::level::trace) == "<7>");
}
