#include <webhookd/event/events_report.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using event::compare;
using event::events_report;
using event::read_report;

namespace {

/// The one of Universign's documentation.
constexpr std::string_view documented = R"({
  "object": "events-report", "total": 40, "visas": 0, "seals": 0, "reviews": 3, "signatures": 37,
  "signatures_by_required_level": {"level_1": 25, "level_2": 12}
})";

} // namespace

TEST_CASE("Universign's report is read as its documentation shows it", "[event]") {
    const auto report = read_report(documented);
    REQUIRE(report.has_value());
    CHECK(*report == events_report{40, 37, 0, 3, 0, {{"level_1", 25}, {"level_2", 12}}});
}

TEST_CASE("a report of ours has levels 1 and 2 always, the others where they are used", "[event]") {
    event::consumption used{.visas = 1, .seals = 2, .reviews = 3, .signatures_by_level = {0, 4, 5, 0, 0}};
    CHECK(to_report(used) == events_report{15, 9, 1, 3, 2, {{"level_1", 4}, {"level_2", 5}}});
    CHECK(event::to_report({}) == events_report{0, 0, 0, 0, 0, {{"level_1", 0}, {"level_2", 0}}});
    used.signatures_by_level = {1, 0, 0, 2, 3};
    CHECK(to_report(used) ==
          events_report{12,
                        6,
                        1,
                        3,
                        2,
                        {{"level_0", 1}, {"level_1", 0}, {"level_2", 0}, {"level_3", 2}, {"level_4", 3}}});
}

TEST_CASE("levels that one report has and the other not are compared as well", "[event]") {
    event::consumption used;
    used.signatures_by_level = {1, 0, 0, 0, 3};
    const auto lines =
        compare(to_report(used), events_report{4, 4, 0, 0, 0, {{"level_1", 1}, {"level_4", 3}}});
    std::string differing;
    for (const auto& line : lines)
        if (line.difference() != 0) differing += line.field + ' ';
    CHECK(differing == "signatures.level_0 signatures.level_1 ");
    CHECK(lines.back().field == "signatures.level_4");
}

TEST_CASE("what is no report is not taken for one, and the mistake does not quote it", "[event]") {
    for (const std::string bad :
         {"", "<html>CANARY</html>", "[]", "{}", R"({"object":"error"})",
          R"({"total":"CANARY","visas":0,"seals":0,"reviews":0,"signatures":0})",
          R"({"total":1.5,"visas":0,"seals":0,"reviews":0,"signatures":0})",
          R"({"total":0,"visas":0,"seals":0,"reviews":0})",
          R"({"total":0,"visas":0,"seals":0,"reviews":0,"signatures":0,"signatures_by_required_level":[]})",
          R"({"total":0,"visas":0,"seals":0,"reviews":0,"signatures":0,
              "signatures_by_required_level":{"level_1":null}})"}) {
        INFO(bad);
        const auto report = read_report(bad);
        REQUIRE_FALSE(report.has_value());
        CHECK(report.error().detail.find("CANARY") == std::string::npos);
    }
    CHECK(read_report(R"({"total":0,"visas":0,"seals":0,"reviews":0,"signatures":0})").has_value());
}

TEST_CASE("a comparison has every figure of both, and what is missing counts as none", "[event]") {
    const events_report ours{15, 9, 1, 3, 2, {{"level_1", 9}}};
    const events_report theirs{16, 10, 1, 3, 2, {{"level_1", 8}, {"level_2", 2}}};
    std::string text;
    for (const auto& line : compare(ours, theirs))
        text += line.field + ' ' + std::to_string(line.received) + ' ' + std::to_string(line.universign) +
                ' ' + std::to_string(line.difference()) + '\n';
    CHECK(text == "total 15 16 -1\nsignatures 9 10 -1\nvisas 1 1 0\nreviews 3 3 0\nseals 2 2 0\n"
                  "signatures.level_1 9 8 1\nsignatures.level_2 0 2 -2\n");
}
