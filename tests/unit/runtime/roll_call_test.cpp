#include <webhookd/runtime/roll_call.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using webhookd::runtime::roll_call;
using names = std::vector<std::string>;

TEST_CASE("a thread that does not answer for a while is told by its name until it does", "[runtime]") {
    roll_call roll;
    std::vector<roll_call::answer> kept;
    int asked = 0;
    roll.add("prompt", [](const roll_call::answer& a) { a(); });
    roll.add("delivery", [&](roll_call::answer a) {
        ++asked;
        kept.push_back(std::move(a));
    });
    CHECK(roll.silent().empty());
    const auto start = roll_call::clock::now();
    for (int second = 0; second < 5; ++second) {
        roll.call(start + second * 1s);
        CHECK(roll.silent(5s).empty());
    }
    roll.call(start + 5s);
    CHECK(roll.silent(5s) == names{"delivery"});
    CHECK(asked == 1);

    kept[0]();
    CHECK(roll.silent(5s).empty());
    roll.call(start + 6s);
    CHECK(asked == 2);
    CHECK(roll.silent(5s).empty());
}

TEST_CASE("time in which nobody called the roll counts against no thread", "[runtime]") {
    roll_call roll;
    roll.add("writer", [](const roll_call::answer&) {});
    const auto start = roll_call::clock::now();
    roll.call(start);
    CHECK(roll.silent(0ms) == names{"writer"});
    CHECK(roll.silent(5s).empty()); // however late it is by now
}
