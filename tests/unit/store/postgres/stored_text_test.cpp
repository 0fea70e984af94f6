#include <webhookd/text/utf8.hpp>

#include "store/postgres/stored_text.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace webhookd;
using store::postgres::from_stored_text;
using store::postgres::to_stored_text;

namespace {

/// As PostgreSQL takes it.
bool fits(const std::string& stored) {
    return text::valid_utf8_prefix(stored) == stored.size() && stored.find('\0') == stored.npos;
}

std::string stored(const std::string& bytes) {
    return to_stored_text(bytes).value_or(bytes);
}

} // namespace

TEST_CASE("well-formed text is stored as it is", "[store][postgres]") {
    for (const std::string text : {"", "evt_1", "Zoë Żółć", "\xF0\x9F\x99\x82", "a\tb\n\x7f", "\xEF\xBF\xBD"})
        CHECK(stored(text) == text);
    CHECK_FALSE(to_stored_text("evt_1"));
}

TEST_CASE("whatever the bytes, they fit and come back the same", "[store][postgres]") {
    using namespace std::string_literals;
    for (const auto& bytes : {"\0"s, "a\0b"s, "\xff\xfe"s, "\xc0\x80"s, "\xed\xa0\x80"s, "\xF4\x8F\xBC\x80"s,
                              "\xF4\x8F\xBF\xBF"s, "\xF4\x8F"s, "\xF4\x90\x80\x80"s, "é\x80é"s})
        for (const auto& all : {bytes, stored(bytes), "x" + bytes + "y"}) {
            CHECK(fits(stored(all)));
            CHECK(from_stored_text(stored(all)) == all);
        }
    std::minstd_rand random{7};
    for (int i = 0; i < 10'000; ++i) {
        std::string bytes;
        for (auto left = random() % 12; left > 0; --left)
            bytes += "\0a\x80\xBC\xBF\xC3\xF4\x8F\xED\xA0\xFF"[random() % 11];
        REQUIRE(fits(stored(bytes)));
        REQUIRE(from_stored_text(stored(bytes)) == bytes);
    }
}

TEST_CASE("different bytes are stored differently", "[store][postgres]") {
    CHECK(stored("\xff") != stored(stored("\xff")));
    CHECK(stored(std::string(1, '\0')) != stored(""));
}
