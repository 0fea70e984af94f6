#include <webhookd/runtime/line_sampler.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace std::chrono_literals;
using webhookd::runtime::line_sampler;

namespace {

std::uint64_t written(line_sampler& sampler, const std::string& kind, int times,
                      line_sampler::clock::time_point now) {
    std::uint64_t lines = 0;
    for (int i = 0; i < times; ++i)
        lines += sampler.take(kind, now) ? 1 : 0;
    return lines;
}

} // namespace

TEST_CASE("the first lines of a kind are written, the rest is counted and told", "[runtime]") {
    line_sampler sampler;
    const auto start = line_sampler::clock::now();
    CHECK(written(sampler, "a", 1000, start) == line_sampler::most);
    CHECK(written(sampler, "b", 3, start) == 3);
    CHECK(sampler.totals(start + 9s).empty());
    const auto told = sampler.totals(start + 10s);
    REQUIRE(told.size() == 1);
    CHECK(told[0].kind == "a");
    CHECK(told[0].held_back == 1000 - line_sampler::most);
    CHECK(sampler.totals(start + 20s).empty());

    CHECK(written(sampler, "a", 1000, start + 20s) == line_sampler::most);
    CHECK(sampler.all_totals().size() == 1);
    CHECK(sampler.all_totals().empty());
}

TEST_CASE("what was held back is told, however late somebody asks", "[runtime]") {
    line_sampler sampler;
    const auto start = line_sampler::clock::now();
    CHECK(written(sampler, "a", 15, start) == line_sampler::most);
    CHECK(written(sampler, "a", 5, start + 1h) == 0);
    const auto told = sampler.totals(start + 1h);
    REQUIRE(told.size() == 1);
    CHECK(told[0].held_back == 10);
}

TEST_CASE("lines now and then are never held back", "[runtime]") {
    line_sampler sampler;
    auto now = line_sampler::clock::now();
    for (int i = 0; i < 100; ++i, now += 2s)
        CHECK(sampler.take("a", now));
}

TEST_CASE("however many kinds there are, memory stays bounded and every line is counted", "[runtime]") {
    line_sampler sampler;
    const auto start = line_sampler::clock::now();
    std::uint64_t lines = 0;
    for (std::size_t i = 0; i < 3 * line_sampler::most_kinds; ++i)
        lines += written(sampler, std::to_string(i), 1, start);
    CHECK(lines == line_sampler::most_kinds + line_sampler::most);
    const auto told = sampler.all_totals();
    REQUIRE(told.size() == 1);
    CHECK(told[0].kind.empty());
    CHECK(told[0].held_back == 2 * line_sampler::most_kinds - line_sampler::most);
}
