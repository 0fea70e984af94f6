#include <webhookd/runtime/histogram.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

using namespace webhookd::runtime;
using namespace std::chrono_literals;

namespace {

constexpr std::array<std::uint64_t, 3> sizes{1, 10, 100};
constexpr auto times = duration_bounds(50us, 1ms, 10s);
using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("a value counts for the first bound that it does not exceed", "[histogram]") {
    histogram<sizes> h;
    for (const std::uint64_t value : {0, 1, 2, 10, 11, 100, 101, 5000})
        h.add(value);
    const auto t = h.read();
    CHECK(t.bounds == numbers{1, 10, 100});
    CHECK(t.counts == numbers{2, 2, 2, 2});
    CHECK(t.sum == 0 + 1 + 2 + 10 + 11 + 100 + 101 + 5000);
}

TEST_CASE("durations are counted in nanoseconds, and none is less than nothing", "[histogram]") {
    histogram<times> h;
    h.add(50us);
    h.add(50'001ns);
    h.add(-1s);
    h.add(1min);
    const auto t = h.read();
    CHECK(t.bounds == numbers{50'000, 1'000'000, 10'000'000'000});
    CHECK(t.counts == numbers{2, 1, 0, 1});
    CHECK(t.sum == 100'001 + 60'000'000'000);
}

TEST_CASE("tallies add up", "[histogram]") {
    histogram<sizes> one;
    histogram<sizes> two;
    one.add(1);
    two.add(1);
    two.add(1000);
    histogram_snapshot sum;
    sum += one.read();
    sum += two.read();
    CHECK(sum.bounds == numbers{1, 10, 100});
    CHECK(sum.counts == numbers{2, 0, 0, 1});
    CHECK(sum.sum == 1002);
}

TEST_CASE("what many threads count is all there, and no two slots share a cache line", "[histogram]") {
    per_thread<histogram<sizes>> counted;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (std::uint64_t value = 0; value < 1000; ++value)
                counted.mine().add(value % 20);
        });
    threads.clear();
    histogram_snapshot sum;
    std::set<std::uintptr_t> lines;
    std::size_t slots = 0;
    counted.for_each([&](const auto& each) {
        sum += each.read();
        lines.insert(reinterpret_cast<std::uintptr_t>(&each) / 64);
        ++slots;
    });
    CHECK(sum.counts == numbers{800, 3600, 3600, 0});
    CHECK(lines.size() == slots);
}
