#include "cli/table.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <string>
#include <vector>

using webhookd::cli::table;

namespace {

std::string printed(std::vector<std::string> titles, std::vector<std::vector<std::string>> rows) {
    table t(std::move(titles));
    for (auto& row : rows)
        t.add(std::move(row));
    std::ostringstream out;
    t.print(out);
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
