#include <webhookd/files/sha256.hpp>
#include <webhookd/text/encoding.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;

namespace {

std::string hex_of(files::sha256& hash, std::string_view message) {
    const auto made = hash.of(message);
    return text::to_hex({reinterpret_cast<const char*>(made.data()), made.size()});
}

} // namespace

// FIPS 180-4, and the examples that NIST has published with it.
TEST_CASE("one SHA-256 after the other is that of its message alone", "[files]") {
    files::sha256 hash;
    for (int i = 0; i < 2; ++i) {
        CHECK(hex_of(hash, "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        CHECK(hex_of(hash, "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        CHECK(hex_of(hash, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}
