#include <webhookd/text/utf8.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd::text;

namespace {

const std::vector<std::string> good{"a",
                                    "\x7f",
                                    "\xc2\x80",
                                    "\xdf\xbf",
                                    "\xe0\xa0\x80",
                                    "\xed\x9f\xbf",
                                    "\xee\x80\x80",
                                    "\xef\xbf\xbf",
                                    "\xf0\x90\x80\x80",
                                    "\xf4\x8f\xbf\xbf"};
const std::vector<std::string> bad{"\x80",
                                   "\xc0\x80",
                                   "\xc1\xbf",
                                   "\xc3",
                                   "\xc3(",
                                   "\xe0\x9f\xbf",
                                   "\xe2\x82",
                                   "\xed\xa0\x80",
                                   "\xf0\x8f\xbf\xbf",
                                   "\xf4\x90\x80\x80",
                                   "\xf5\x80\x80\x80",
                                   "\xff"};

} // namespace

TEST_CASE("well-formed UTF-8 is what Unicode says, wherever it stands", "[text]") {
    for (std::size_t before = 0; before <= 70; ++before) {
        const std::string lead(before, 'x');
        for (const auto& each : good) {
            CAPTURE(before, each);
            CHECK(valid_utf8_prefix(lead + each) == lead.size() + each.size());
            CHECK(valid_utf8_prefix(lead + each + "tail of ASCII") == lead.size() + each.size() + 13);
        }
        for (const auto& each : bad) {
            CAPTURE(before, each);
            CHECK(valid_utf8_prefix(lead + each) == lead.size());
            CHECK(valid_utf8_prefix(lead + "\xc3\xa9" + each + "tail") == lead.size() + 2);
        }
    }
    std::string accents;
    for (int i = 0; i < 100; ++i)
        accents += "\xe2\x82\xac";
    CHECK(valid_utf8_prefix(accents) == accents.size());
}

TEST_CASE("bytes are taken off character by character, bad ones one by one", "[text]") {
    std::string_view rest = "a\xc3\xa9\xff\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x82";
    const std::vector<std::optional<char32_t>> codes{'a', 0xe9, {}, 0x20ac, 0x1f600, {}, {}};
    for (const auto& code : codes) {
        REQUIRE_FALSE(rest.empty());
        CHECK(take_character(rest).code == code);
    }
    CHECK(rest.empty());
}
