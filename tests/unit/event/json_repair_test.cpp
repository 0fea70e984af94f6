#include "event/parse.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd::event;

TEST_CASE("large numbers are hidden in their places, and nothing else is touched", "[event]") {
    std::string json = R"({"1e400":"1e400 \" -2e5","n":[1e400,-1E+5,17,1.5],"x":1e,"y":01e5})";
    const auto hidden = hide_large_numbers(json.data(), json.size());
    CHECK(json == R"({"1e400":"1e400 \" -2e5","n":[0.000,0.000,17,1.5],"x":1e,"y":01e5})");
    REQUIRE(hidden.size() == 2);
    CHECK(hidden[0].text == "1e400");
    CHECK(number_at(hidden, std::string_view(hidden[1].at, 5)) == "-1E+5");
    CHECK(number_at(hidden, std::string_view(json).substr(1, 3)) == "\"1e");
}
