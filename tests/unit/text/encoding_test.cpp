#include <webhookd/text/encoding.hpp>

#include <catch2/catch.hpp>

using namespace webhookd::text;

TEST_CASE("base64url agrees with the vectors of RFC 4648 section 10, without padding", "[text]") {
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"},
    };
    for (const auto& [bytes, text] : vectors) {
        CHECK(encode_base64url(bytes) == text);
        CHECK(decode_base64url(text) == bytes);
    }
}

TEST_CASE("every byte value survives base64url at every position", "[text]") {
    for (std::size_t length = 1; length <= 9; ++length) {
        for (int value = 0; value < 256; ++value) {
            std::string bytes(length, static_cast<char>(value));
            bytes[length / 2] = static_cast<char>(255 - value);
            const auto text = encode_base64url(bytes);
            REQUIRE(text.size() == base64url_length(length));
            REQUIRE(decode_base64url(text) == bytes);
        }
    }
}

TEST_CASE("pieces of a length divisible by three encode as the whole does", "[text]") {
    const std::string bytes = "The quick brown fox jumps over the lazy dog";
    std::string text(base64url_length(bytes.size()), '?');
    encode_base64url(std::string_view{bytes}.substr(0, 30), text.data());
    encode_base64url(std::string_view{bytes}.substr(30), text.data() + 40);
    CHECK(text == encode_base64url(bytes));
}

TEST_CASE("base64url refuses everything that is not its own spelling", "[text]") {
    const auto text =
        GENERATE(as<std::string>{}, "Zg==", "Zm8=", "Zm9v=", "A", "Zm9vY", "Zm9v Zm9v", " Zm9v", "Zm9v\n",
                 "Zm9+", "Zm9/", "Zm9v.", "Zm\xc3\xa9", std::string("Zm9\0", 4), "Zh", "Zm9", "-_-/", "=");
    CAPTURE(text);
    CHECK_FALSE(decode_base64url(text).has_value());
}

TEST_CASE("base64 has padding and is refused without it, or spelled otherwise", "[text]") {
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""},        {"f", "Zg=="},          {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "+/+/"},
    };
    for (const auto& [bytes, text] : vectors) {
        CHECK(encode_base64(bytes) == text);
        CHECK(decode_base64(text) == bytes);
    }
    for (const std::string bad : {"Zg", "Zm8", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "-_-_",
                                  " Zm9v", "Zm9v\n", "Zm9 "}) {
        CAPTURE(bad);
        CHECK_FALSE(decode_base64(bad));
    }
}

TEST_CASE("a lenient reader gets out of base64 what can be had", "[text]") {
    for (const auto* text : {"Zm9v", "Zm9vYg==", "Zm9vYg", "Zm9vYh", "Zm9vYg-rest"})
        CHECK(decode_base64_leniently(text).starts_with("foo"));
    CHECK(decode_base64_leniently("Zm9vY") == "foo");
    CHECK(decode_base64_leniently("?").empty());
}
