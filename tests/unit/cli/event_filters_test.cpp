#include "cli/event_filters.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using cli::month_window;

TEST_CASE("a month lies between two moments that are not in it", "[cli]") {
    using window = std::pair<std::string, std::string>;
    CHECK(month_window("2026-03") == window("2026-02-28T23:59:59.999999Z", "2026-04-01T00:00:00.000Z"));
    CHECK(month_window("2024-12") == window("2024-11-30T23:59:59.999999Z", "2025-01-01T00:00:00.000Z"));
}

TEST_CASE("what is no month has no window", "[cli]") {
    for (const std::string text : {"", "2026", "2026-13", "2026-00", "2026-3", "2026-03-01", "yesterday"}) {
        INFO(text);
        CHECK_FALSE(month_window(text).has_value());
    }
}
