#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/result_printer.hpp"
#include "support/run_tool.hpp"
#include "support/signature_keys.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace webhookd;

namespace {

const std::string body = "{\"id\":\"evt_1\", \"nom\":\"H\xc3\xa9l\xc3\xa8ne\"}\n";

/// Keys and signatures by the openssl command alone, in a folder of their own.
class by_hand {
public:
    explicit by_hand(int bits)
        : bits_{std::to_string(bits)} {
        std::ofstream{folder_.path() / "body", std::ios::binary} << body;
    }

    [[nodiscard]] std::string sign(const std::string& salt, const std::string& digest = "sha256") const {
        return test::run_tool({test::source_folder() + "/tests/integration/signature/sign_with_openssl.sh",
                               folder_.path().string(), bits_, (folder_.path() / "body").string(), salt,
                               digest});
    }
    [[nodiscard]] signature::key_set keys() const {
        return signature::key_set::parse(test::read_text(folder_.path() / "jwks.json")).value();
    }
    [[nodiscard]] std::string private_pem() const { return test::read_text(folder_.path() / "key.pem"); }

private:
    test::temp_directory folder_;
    std::string bits_;
};

} // namespace

TEST_CASE("an event signed with the openssl command holds, with keys of 2048 and 4096 bits",
          "[signature][interop]") {
    const int bits = GENERATE(2048, 4096);
    const by_hand hand{bits};
    const auto value = hand.sign("32");
    const auto keys = hand.keys();
    REQUIRE(keys.find("by-hand"));
    CHECK(keys.find("by-hand")->bits() == bits);
    CHECK(test::check_signature(keys, value, body));
    CHECK(test::check_signature(keys, value, body + ' ').error().code == errc::signature_mismatch);
    CHECK(test::check_signature(keys, hand.sign("digest"), body));
}

TEST_CASE("another salt or digest from the openssl command is refused", "[signature][interop]") {
    const by_hand hand{2048};
    REQUIRE(test::check_signature((void(hand.sign("32")), hand.keys()), hand.sign("32"), body));
    for (const auto& [salt, digest] : {std::pair<std::string, std::string>{"20", "sha256"},
                                       {"0", "sha256"},
                                       {"max", "sha256"},
                                       {"32", "sha512"},
                                       {"48", "sha384"},
                                       {"20", "sha1"}}) {
        CAPTURE(salt, digest);
        CHECK(test::check_signature(hand.keys(), hand.sign(salt, digest), body).error().code ==
              errc::signature_mismatch);
    }
}

TEST_CASE("our signer and the openssl command know the same key by its file", "[signature][interop]") {
    const by_hand hand{2048};
    (void)hand.sign("32");
    const auto signer = signature::signer::from_pem(hand.private_pem());
    REQUIRE(signer);
    const auto ours = signature::key_set::parse(signer->jwks()).value().find(signer->kid())->jwk();
    const auto theirs = hand.keys().find("by-hand")->jwk();
    CHECK(ours.substr(ours.find("\"n\"")) == theirs.substr(theirs.find("\"n\"")));
}
