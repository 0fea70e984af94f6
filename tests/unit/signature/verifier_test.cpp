#include <webhookd/signature/verifier.hpp>

#include "support/result_printer.hpp"
#include "support/signature_keys.hpp"

#include <catch2/catch.hpp>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <vector>

using namespace webhookd;
using namespace webhookd::signature;

namespace {

const std::string body = R"({"id":"evt_1", "type":"transaction.lifecycle.completed"})";

std::shared_ptr<const public_key> public_half(const signer& of) {
    return test::set_of({&of}).find(of.kid());
}

} // namespace

TEST_CASE("a signature over bodies of any length holds, and with one byte changed it does not",
          "[signature]") {
    const auto& signer = test::signing_key();
    const auto key = public_half(signer);
    verifier checks;
    const std::size_t piece = 6 * 1024;
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3},
                                     piece - 1, piece, piece + 1, 3 * piece + 2, std::size_t{1'000'000}}) {
        CAPTURE(length);
        std::string bytes(length, 'x');
        for (std::size_t i = 0; i < length; ++i)
            bytes[i] = static_cast<char>(i * 7);
        const auto value = signer.sign(bytes);
        const auto jws = parse_detached_jws(value).value();
        CHECK(checks.verify(jws, bytes, key));
        CHECK_FALSE(checks.verify(jws, bytes + 'x', key));
        if (length == 0) continue;
        bytes[length / 2] ^= 1;
        CHECK(checks.verify(jws, bytes, key).error().code == errc::signature_mismatch);
    }
}

TEST_CASE("keys of every common size verify", "[signature]") {
    const auto bits = GENERATE(2048, 3072, 4096);
    const auto& signer = test::signing_key(bits);
    const auto value = signer.sign(body);
    CHECK(verifier{}.verify(parse_detached_jws(value).value(), body, public_half(signer)));
}

TEST_CASE("a key whose size is no multiple of eight, and one with exponent 3, verify", "[signature]") {
    const auto odd = test::make_rsa(2050);
    const auto three = test::make_rsa(2048, 3);
    for (const auto& key : {odd, three}) {
        const auto value = test::token_by_hand(key.get(), test::right_header("k"), body);
        const auto set = key_set::parse(R"({"keys":[)" + test::jwk_of(key.get(), "k") + "]}").value();
        CHECK(verifier{}.verify(parse_detached_jws(value).value(), body, set.find("k")));
        CHECK_FALSE(verifier{}.verify(parse_detached_jws(value).value(), body + ' ', set.find("k")));
    }
}

TEST_CASE("only PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes holds", "[signature]") {
    const auto& signer = test::signing_key();
    const auto raw = test::private_key(signer);
    const auto key = public_half(signer);
    verifier checks;
    const auto verify = [&](const test::signing_manner& manner) {
        const auto value = test::token_by_hand(raw.get(), test::right_header(signer.kid()), body, manner);
        return checks.verify(parse_detached_jws(value).value(), body, key);
    };
    CHECK(verify({}));
    for (const int salt : {0, 20, 31, 33, 64, 222})
        CHECK_FALSE(verify({.salt = salt}));
    CHECK_FALSE(verify({.mask = "SHA1"}));
    CHECK_FALSE(verify({.digest = "SHA384", .mask = "SHA384", .salt = 48}));
    CHECK_FALSE(verify({.digest = "SHA512", .mask = "SHA512", .salt = 64}));
    CHECK_FALSE(verify({.pss = false}));
    CHECK(verify({})); // the prepared context is as good after failures as before
}

TEST_CASE("a signature of another length than the key's is refused and says so", "[signature]") {
    const auto& signer = test::signing_key();
    const auto value = signer.sign(body);
    auto jws = parse_detached_jws(value).value();
    const auto key = public_half(signer);
    for (const auto& bytes :
         {jws.signature.substr(1), jws.signature + '\0', '\0' + jws.signature, std::string{}}) {
        auto changed = jws;
        changed.signature = bytes;
        const auto held = verifier{}.verify(changed, body, key);
        REQUIRE_FALSE(held);
        CHECK(held.error().code == errc::signature_mismatch);
        CHECK(held.error().detail.find("256") != std::string::npos);
    }
    jws.signature.assign(256, '\xff'); // larger than the modulus
    CHECK_FALSE(verifier{}.verify(jws, body, key));
    jws.signature.assign(256, '\0');
    CHECK_FALSE(verifier{}.verify(jws, body, key));
}

TEST_CASE("no failure leaves a trace in OpenSSL's error queue", "[signature]") {
    const auto& signer = test::signing_key();
    const auto value = signer.sign(body);
    ERR_clear_error();
    CHECK_FALSE(verifier{}.verify(parse_detached_jws(value).value(), "other", public_half(signer)));
    CHECK(ERR_peek_error() == 0);
    CHECK_FALSE(signer::from_pem("nonsense"));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("without a key nothing holds", "[signature]") {
    const auto value = test::signing_key().sign(body);
    CHECK(verifier{}.verify(parse_detached_jws(value).value(), body, nullptr).error().code ==
          errc::signature_mismatch);
}

TEST_CASE("a verifier lets go of keys that a refreshed set replaced", "[signature]") {
    const auto& signer = test::signing_key();
    const auto value = signer.sign(body);
    const auto jws = parse_detached_jws(value).value();
    verifier checks;
    auto old = public_half(signer);
    const std::weak_ptr<const public_key> watched = old;
    REQUIRE(checks.verify(jws, body, old));
    old.reset();
    const auto fresh = public_half(signer);
    CHECK(checks.verify(jws, body, fresh));
    CHECK(watched.expired());
}

TEST_CASE("a verifier holds a bounded number of keys and serves any number", "[signature]") {
    const auto& signer = test::signing_key();
    const auto value = signer.sign(body);
    const auto jws = parse_detached_jws(value).value();
    verifier checks;
    std::vector<std::shared_ptr<const public_key>> keys;
    for (int i = 0; i < 40; ++i)
        keys.push_back(public_half(signer));
    for (int round = 0; round < 2; ++round)
        for (const auto& key : keys)
            REQUIRE(checks.verify(jws, body, key));
    std::size_t held = 0;
    for (const auto& key : keys)
        held += key.use_count() > 1 ? 1 : 0;
    CHECK(held == 16);
}

TEST_CASE("a verifier that was moved goes on", "[signature]") {
    const auto& signer = test::signing_key();
    const auto value = signer.sign(body);
    verifier first;
    REQUIRE(first.verify(parse_detached_jws(value).value(), body, public_half(signer)));
    verifier second = std::move(first);
    CHECK(second.verify(parse_detached_jws(value).value(), body, public_half(signer)));
}
