#include "store/transfer/values.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>

using namespace webhookd;
using namespace webhookd::store::transfer;

TEST_CASE("values come back as they were, and no two rows are encoded alike", "[store][transfer]") {
    const row rows[] = {
        {},
        {value{}},
        {value{std::int64_t{0}}},
        {value{std::string{}}},
        {value{std::numeric_limits<std::int64_t>::min()}, value{std::numeric_limits<std::int64_t>::max()}},
        {value{std::string{"a"}}, value{std::string{"b"}}},
        {value{std::string{"ab"}}, value{std::string{}}},
        {value{std::string("n\0i\xFF", 4)}, value{}},
    };
    for (const auto& each : rows) {
        const auto back = decode(encode(each));
        REQUIRE(back);
        CHECK(*back == each);
        for (const auto& other : rows)
            CHECK((encode(each) == encode(other)) == (each == other));
    }
}

TEST_CASE("what is cut off or was changed is no row", "[store][transfer]") {
    const auto whole = encode(row{value{std::string{"abc"}}, value{std::int64_t{7}}});
    for (std::size_t size = 1; size < whole.size(); ++size)
        if (size != 1 + 8 + 3) CHECK(decode(whole.substr(0, size)).has_error());
    CHECK(decode("x").has_error());
    CHECK(decode(std::string("b\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9)).has_error());
    CHECK(decode(std::string("b\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9)).has_error());
}
