#include <webhookd/event/number.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using webhookd::event::decimal;

TEST_CASE("decimals are ordered by their exact value", "[event]") {
    const std::string nines(400, '9');
    // Each line holds spellings of one value; the lines ascend.
    const std::vector<std::vector<std::string>> ascending{
        {"-1e400", "-10e399", "-1" + std::string(400, '0')},
        {"-18446744073709551617", "-1844674407370955161.7e1"},
        {"-1.5", "-15e-1", "-0.15E+1"},
        {"-1e-400"},
        {"0", "-0", "0.000", "0e999999999999999999999", "-0E-5"},
        {"1e-999999999999999999"},
        {"1e-400", "0.1e-399"},
        {"0.1", "1e-1", "0.10"},
        {"1", "1.0", "1e0", "10e-1", "0.001e3"},
        {"1.00000000000000000001"},
        {"9007199254740992", "9007199254740992.0"},
        {"9007199254740993"},
        {"18446744073709551615"},
        {"18446744073709551616"},
        {"18446744073709551617", "1.8446744073709551617e19"},
        {nines, nines + ".0"},
        {"1e400"},
        {"1.1e400"},
    };
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t j = 0; j < ascending.size(); ++j)
            for (const auto& a : ascending[i])
                for (const auto& b : ascending[j]) {
                    CAPTURE(a, b);
                    const auto x = decimal::parse(a), y = decimal::parse(b);
                    REQUIRE((x && y));
                    CHECK((*x < *y) == (i < j));
                    CHECK((*x == *y) == (i == j));
                    CHECK((*x > *y) == (i > j));
                }
}

TEST_CASE("a decimal is what JSON calls a number", "[event]") {
    for (const auto* text : {"", "-", "+1", "01", ".5", "5.", "1e", "1e+", "1e1.5", "0x10", "NaN", "1 ", " 1",
                             "1,5", "--1", "1e5x", "Infinity"}) {
        CAPTURE(text);
        CHECK_FALSE(decimal::parse(text));
    }
}
