#include <webhookd/signature/key_set.hpp>
#include <webhookd/text/encoding.hpp>

#include "support/result_printer.hpp"
#include "support/signature_keys.hpp"

#include <catch2/catch.hpp>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::signature;

namespace {

std::string set_with(const std::string& more_keys) {
    const auto& good = test::signing_key();
    return R"({"keys":[)" + test::jwk_of(test::private_key(good).get(), "good") + ',' + more_keys + "]}";
}

std::string rsa_jwk(const std::string& n, const std::string& e) {
    std::string json = R"({"kty":"RSA","kid":"k","n":")";
    json += n;
    json += R"(","e":")";
    json += e;
    json += R"("})";
    return json;
}

std::string bytes_of(std::size_t count, char each, char last) {
    std::string bytes(count, each);
    bytes.back() = last;
    return text::encode_base64url(bytes);
}

} // namespace

TEST_CASE("a JWK set gives its keys by their ids", "[signature]") {
    const auto& one = test::signing_key(2048, 0);
    const auto& two = test::signing_key(2048, 1);
    const auto set = test::set_of({&one, &two});
    CHECK(set.size() == 2);
    CHECK(set.skipped().empty());
    CHECK(set.kids().size() == 2);
    REQUIRE(set.find(one.kid()));
    CHECK(set.find(one.kid())->kid() == one.kid());
    CHECK(set.find(one.kid())->bits() == 2048);
    CHECK_FALSE(set.find("scd_other"));
    CHECK_FALSE(set.find(""));
}

TEST_CASE("a key's canonical JWK has e, kid, kty and n, and is itself a key", "[signature]") {
    const auto& signer = test::signing_key();
    const auto set = key_set::parse(signer.jwks()).value();
    const auto jwk = set.find(signer.kid())->jwk();
    CHECK(jwk.rfind(R"({"e":"AQAB","kid":")" + signer.kid() + R"(","kty":"RSA","n":")", 0) == 0);
    CHECK(R"({"keys":[)" + jwk + "]}" == signer.jwks());
}

TEST_CASE("leading zero bytes in a modulus change nothing", "[signature]") {
    const auto& signer = test::signing_key();
    auto jwks = signer.jwks();
    const auto at = jwks.find(R"("n":")") + 5;
    const auto end = jwks.find('"', at);
    const auto n = text::decode_base64url(jwks.substr(at, end - at)).value();
    const auto padded =
        jwks.substr(0, at) + text::encode_base64url(std::string(3, '\0') + n) + jwks.substr(end);
    const auto set = key_set::parse(padded);
    REQUIRE(set);
    CHECK(set->find(signer.kid())->jwk() == key_set::parse(jwks)->find(signer.kid())->jwk());
}

TEST_CASE("members that agree with verifying a webhook are accepted", "[signature]") {
    const auto key = test::private_key(test::signing_key());
    const auto set = key_set::parse(
        R"({"x":1,"keys":[)" +
        test::jwk_of(key.get(), "k",
                     R"("use":"sig","alg":"PS256","key_ops":["sign","verify"],"x5t":"AA","x5c":[])") +
        "]}");
    REQUIRE(set);
    CHECK(set->size() == 1);
    CHECK(set->skipped().empty());
}

TEST_CASE("keys that cannot verify a webhook are left out and told, the others stay", "[signature]") {
    const auto key = test::private_key(test::signing_key(2048, 1));
    struct row {
        std::string jwk;
        std::string told;
    };
    const row rows[] = {
        {"3", "key 2: not an object"},
        {"{}", "key 2: no kty"},
        {R"({"kty":"EC","kid":"ec","crv":"P-256"})", "key 2 \"ec\": kty is EC, not RSA"},
        {R"({"kty":"oct","kid":"h","k":"AAAA"})", "key 2 \"h\": kty is oct, not RSA"},
        {R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", "key 2: no kid"},
        {test::jwk_of(key.get(), ""), "key 2 \"\": kid is empty, too long or not printable"},
        {test::jwk_of(key.get(), "a\\u0007b"), "key 2 \"a?b\": kid is empty, too long or not printable"},
        {test::jwk_of(key.get(), "k", R"("use":"enc")"), "key 2 \"k\": use is not sig"},
        {test::jwk_of(key.get(), "k", R"("use":1)"), "key 2 \"k\": use is not sig"},
        {test::jwk_of(key.get(), "k", R"("alg":"RS256")"), "key 2 \"k\": alg is not PS256"},
        {test::jwk_of(key.get(), "k", R"("key_ops":["encrypt"])"), "key 2 \"k\": key_ops lacks verify"},
        {test::jwk_of(key.get(), "k", R"("key_ops":"verify")"), "key 2 \"k\": key_ops lacks verify"},
        {test::jwk_of(key.get(), "k", R"("d":"AQAB")"),
         "key 2 \"k\": a private key: whoever reads this set can sign"},
        {test::jwk_of(key.get(), "good"), "key 2 \"good\": another key before it has the same kid"},
        {R"({"kty":"RSA","kid":"k","e":"AQAB"})", "key 2 \"k\": n is not base64url"},
        {R"({"kty":"RSA","kid":"k","n":"AQ==","e":"AQAB"})", "key 2 \"k\": n is not base64url"},
        {R"({"kty":"RSA","kid":"k","n":"AQAB","e":7})", "key 2 \"k\": e is not base64url"},
        {R"({"kty":"RSA","kid":"k","n":"","e":"AQAB"})", "key 2 \"k\": n is not base64url"},
        {rsa_jwk(std::string(4000, 'A'), "AQAB"), "key 2 \"k\": n or e is too long"},
        {test::jwk_of(test::make_rsa(1024).get(), "k"), "key 2 \"k\": RSA of 1024 bits, fewer than 2048"},
        {rsa_jwk(bytes_of(1025, '\x7f', '\x7f'), "AQAB"), "key 2 \"k\": RSA of 8199 bits, more than 8192"},
        {rsa_jwk(bytes_of(256, '\xff', '\xfe'), "AQAB"), "key 2 \"k\": an even modulus"},
    };
    for (const auto& [jwk, told] : rows) {
        CAPTURE(jwk);
        const auto set = key_set::parse(set_with(jwk));
        REQUIRE(set);
        CHECK(set->size() == 1);
        CHECK(set->find("good"));
        CHECK(set->skipped() == std::vector{told});
    }
}

TEST_CASE("an exponent that makes verifying meaningless or slow is refused, 3 and 65537 are not",
          "[signature]") {
    const auto with_exponent = [](const std::string& e) {
        return rsa_jwk(bytes_of(256, '\xff', '\xff'), text::encode_base64url(e));
    };
    const std::string bad[] = {"\x01", "\x02", std::string(1, '\0'), std::string("\x01\0\0", 3),
                               std::string(9, '\x01')};
    for (const auto& e : bad) {
        const auto set = key_set::parse(set_with(with_exponent(e)));
        CAPTURE(text::encode_base64url(e));
        CHECK(set->size() == 1);
        CHECK(set->skipped().size() == 1);
    }
    const std::string good[] = {"\x03", std::string("\x01\0\x01", 3), std::string(8, '\xff')};
    for (const auto& e : good) {
        CAPTURE(text::encode_base64url(e));
        CHECK(key_set::parse(set_with(with_exponent(e)))->size() == 2);
    }
}

TEST_CASE("what is no JWK set, or has no usable key, is malformed", "[signature]") {
    const auto text =
        GENERATE(as<std::string>{}, "", "null", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})",
                 R"({"keys":[)", R"({"keys":[{"kty":"EC","kid":"k"}]})", "<html>", R"({"keys":[]} x)");
    CAPTURE(text);
    const auto set = key_set::parse(text);
    REQUIRE_FALSE(set);
    CHECK(set.error().code == errc::key_set_malformed);
}

TEST_CASE("the refusal of a set without a usable key says why each was left out", "[signature]") {
    const auto set = key_set::parse(R"({"keys":[{"kty":"EC","kid":"k"}]})");
    CHECK(set.error().detail == "no usable key; key 1 \"k\": kty is EC, not RSA");
}

TEST_CASE("a set that is out of all proportion is refused", "[signature]") {
    std::string many = R"({"keys":[0)";
    for (int i = 0; i < 256; ++i)
        many += ",0";
    CHECK(key_set::parse(many + "]}").error().detail == "more than 256 keys");
    CHECK_FALSE(key_set::parse(set_with(std::string(2 * 1024 * 1024, ' ') + "1")));
    CHECK_FALSE(key_set::parse(std::string(500'000, '[')));
    CHECK_FALSE(key_set::parse(std::string(R"({"keys":[]})") + '\0' + "x"));
}

TEST_CASE("adopting a key that is not RSA fails and frees it", "[signature]") {
    CHECK(public_key::adopt("k", nullptr).error().code == errc::key_unusable);
    CHECK(public_key::adopt("k", EVP_EC_gen("P-256")).error().code == errc::key_unusable);
}

TEST_CASE("a strange member beside a good key does not make the set unusable", "[signature]") {
    const auto good = test::jwk_of(test::private_key(test::signing_key()).get(), "good");
    const std::vector<std::string> members{R"("n":1e400)", R"("t":"\ud83d")",
                                           R"("deep":)" + std::string(5000, '[') + std::string(5000, ']'),
                                           R"("i":123456789012345678901234567890)"};
    for (const auto& strange : members) {
        CAPTURE(strange.substr(0, 40));
        for (const auto& text :
             {R"({"keys":[)" + good + "]," + strange + "}", R"({"keys":[{)" + strange + R"(},)" + good + "]}",
              R"({"keys":[)" + good.substr(0, good.size() - 1) + ',' + "\"x\":{" + strange + "}}]}"}) {
            const auto set = key_set::parse(text);
            REQUIRE(set);
            CHECK(set->find("good") != nullptr);
        }
    }
}
