#include "cli/table.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <string>
#include <vector>

using webhookd::cli::table;

namespace {

std::string printed(std::vector<std::string> titles, std::vector<std::vector<std::string>> rows,
                    webhookd::cli::text_style as = {}) {
    table t(std::move(titles));
    for (auto& row : rows)
        t.add(std::move(row));
    std::ostringstream out;
    t.print(out, as);
    return out.str();
}

} // namespace

TEST_CASE("columns are as wide as their widest cell, and the last is not padded", "[cli]") {
    CHECK(printed({"id", "state", "reason"}, {{"1", "successful", "-"}, {"1000", "failed", "HTTP 503"}}) ==
          "id    state       reason\n"
          "1     successful  -\n"
          "1000  failed      HTTP 503\n");
    CHECK(printed({"id", "state"}, {}) == "id  state\n");
    CHECK(printed({"name"}, {{""}, {"crm"}}) == "name\n\ncrm\n");
}

TEST_CASE("width is counted in characters, not in bytes", "[cli]") {
    CHECK(printed({"name", "n"}, {{"été", "1"}, {"abc", "2"}, {"✓", "3"}}) == "name  n\n"
                                                                              "été   1\n"
                                                                              "abc   2\n"
                                                                              "✓     3\n");
}

TEST_CASE("wide characters take two columns and combining ones none", "[cli]") {
    CHECK(printed({"name", "n"}, {{"契約", "1"}, {"e\u0301t", "2"}, {"🙂", "3"}, {"abcd", "4"}}) ==
          "name  n\n"
          "契約  1\n"
          "e\u0301t    2\n"
          "🙂    3\n"
          "abcd  4\n");
}

TEST_CASE("on a narrow terminal the last column is cut, and no other", "[cli]") {
    const std::vector<std::vector<std::string>> rows{{"evt_1234567890", "connection refused by 契約契約"}};
    CHECK(printed({"id", "reason"}, rows, {.width = 40}) == "id              reason\n"
                                                            "evt_1234567890  connection refused by …\n");
    CHECK(printed({"id", "reason"}, rows, {.width = 41}) == "id              reason\n"
                                                            "evt_1234567890  connection refused by 契…\n");
    const auto whole = printed({"id", "reason"}, rows);
    CHECK(printed({"id", "reason"}, rows, {.width = 46}) == whole);
    CHECK(printed({"id", "reason"}, rows, {.width = 20}) == whole);
}

TEST_CASE("states have the colour of how well they are, and other words none", "[cli]") {
    CHECK(printed({"circuit", "state", "reason"}, {{"open", "open", "failed"}, {"closed", "failed", "open"}},
                  {.coloured = true}) == "\x1b[1mcircuit\x1b[0m  \x1b[1mstate\x1b[0m   \x1b[1mreason\x1b[0m\n"
                                         "\x1b[31mopen\x1b[0m     open    failed\n"
                                         "\x1b[32mclosed\x1b[0m   \x1b[31mfailed\x1b[0m  open\n");
}

TEST_CASE("nothing in a cell can turn the direction of writing", "[cli]") {
    CHECK(printed({"r"}, {{"a\u202eb\u2066c\u061cd\u200fe\u2028f"}}) == "r\na?b?c?d?e?f\n");
    CHECK(printed({"r"}, {{"عربي \u2013 \u20ac"}}) == "r\nعربي \u2013 \u20ac\n");
}

TEST_CASE("nothing in a cell can play with the terminal or break its row", "[cli]") {
    const auto text = printed({"reason", "n"}, {{"\x1b[2J\x1b]0;title\x07", "1"},
                                                {"two\r\nlines\tand\x7f", "2"},
                                                {"c1 \xc2\x9b"
                                                 "2J \xc2\x85",
                                                 "3"},
                                                {std::string("n\0l", 3), "4"}});
    CHECK(text == "reason           n\n"
                  "?[2J?]0;title?   1\n"
                  "two??lines?and?  2\n"
                  "c1 ?2J ?         3\n"
                  "n?l              4\n");
}

TEST_CASE("bytes that are no text do not reach the terminal", "[cli]") {
    CHECK(printed({"r"}, {{"a\x9b"
                           "2J\xff"}}) == "r\na?2J?\n");
}

TEST_CASE("a bar is as long as its share, and something always shows", "[cli]") {
    using webhookd::cli::bar;
    CHECK(bar(0, 10, 4).empty());
    CHECK(bar(10, 10, 4) == "████");
    CHECK(bar(5, 10, 4) == "██");
    CHECK(bar(1, 8, 1) == "▏");
    CHECK(bar(5, 16, 4) == "█▎");
    CHECK(bar(1, 1'000'000, 4) == "▏");
    CHECK(bar(20, 10, 2) == "██");
    CHECK(bar(1, 0, 4).empty());
    CHECK(bar(-1, 10, 4).empty());
}
