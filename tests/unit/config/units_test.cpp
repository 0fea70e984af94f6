#include <webhookd/config/units.hpp>

#include <catch2/catch.hpp>

using namespace webhookd::config;
using namespace std::chrono_literals;

TEST_CASE("a size is a whole number and one unit", "[config]") {
    const std::pair<const char*, std::uint64_t> good[] = {
        {"0B", 0},
        {"512B", 512},
        {"16KiB", 16384},
        {"1MiB", 1048576},
        {"2GiB", 2147483648},
        {"1TiB", 1099511627776},
        {"1kB", 1000},
        {"3MB", 3000000},
        {"1GB", 1000000000},
        {"18446744073709551615B", UINT64_MAX},
        {"17179869183GiB", 17179869183ull << 30},
    };
    for (const auto& [text, bytes] : good) {
        INFO(text);
        REQUIRE(byte_size::parse(text));
        CHECK(byte_size::parse(text)->bytes == bytes);
    }
    for (const auto* text :
         {"", "1", "MiB", "1 MiB", " 1MiB", "1MiB ", "+1B", "-1B", "1.5MiB", "01B", "1mib", "1KB", "1k", "1M",
          "18446744073709551616B", "17179869184GiB", "99999999999999999999999B", "1e3B", "0x1B"}) {
        INFO(text);
        CHECK_FALSE(byte_size::parse(text));
    }
}

TEST_CASE("a duration is a whole number and one unit", "[config]") {
    const std::pair<const char*, std::chrono::milliseconds> good[] = {
        {"0s", 0ms}, {"250ms", 250ms}, {"10s", 10s},         {"15m", 15min},
        {"2h", 2h},  {"400d", 9600h},  {"100000d", 2400000h}};
    for (const auto& [text, duration] : good) {
        INFO(text);
        CHECK(parse_duration(text) == duration);
    }
    for (const auto* text :
         {"", "10", "s", "10 s", "1h30m", "1.5h", "-1s", "+1s", "01s", "10S", "10sec", "1w", "1us", "100001d",
          "18446744073709551615d", "18446744073709551616ms", "213503982334602d"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}
