#include <webhookd/text/encoding.hpp>
#include <webhookd/text/sha256.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace webhookd;

namespace {

std::string hex_of(text::sha256& hash, std::string_view message) {
    const auto made = hash.of(message);
    return text::to_hex({reinterpret_cast<const char*>(made.data()), made.size()});
}

} // namespace

// FIPS 180-4, and the examples that NIST has published with it.
TEST_CASE("one SHA-256 after the other is that of its message alone", "[text]") {
    text::sha256 hash;
    for (int i = 0; i < 2; ++i) {
        CHECK(hex_of(hash, "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        CHECK(hex_of(hash, "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        CHECK(hex_of(hash, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}

TEST_CASE("the SHA-256 of one message is the same as bytes and as digits", "[text]") {
    const std::string_view zero("\0", 1); // FIPS 180-4 hashes bytes, whatever they are
    CHECK(text::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(text::sha256_hex(zero) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    text::sha256 hash;
    CHECK(text::sha256_of("abc") == hash.of("abc"));
    CHECK(text::sha256_of(zero) == hash.of(zero));
}
