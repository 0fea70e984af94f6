#include <webhookd/signature/signer.hpp>
#include <webhookd/signature/verifier.hpp>
#include <webhookd/text/encoding.hpp>

#include "support/result_printer.hpp"
#include "support/signature_keys.hpp"

#include <catch2/catch.hpp>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

using namespace webhookd;
using namespace webhookd::signature;

TEST_CASE("a signer writes the header as Universign does and signs anew every time", "[signature]") {
    const auto& signer = test::signing_key();
    const auto value = signer.sign("body");
    CHECK(value.substr(0, value.find("..")) == text::encode_base64url(test::right_header(signer.kid())));
    CHECK(value != signer.sign("body"));
    CHECK(signer.kid().size() == 4 + 64);
    CHECK(signer.kid().find_first_not_of("0123456789abcdef", 4) == std::string::npos);
}

TEST_CASE("a signer read back from its PEM has the same kid and the same key", "[signature]") {
    const auto& signer = test::signing_key();
    const auto again = signer::from_pem(signer.private_pem());
    REQUIRE(again);
    CHECK(again->kid() == signer.kid());
    CHECK(again->jwks() == signer.jwks());
    const auto value = again->sign("body");
    const auto jws = parse_detached_jws(value).value();
    CHECK(verifier{}.verify(jws, "body", key_set::parse(signer.jwks())->find(signer.kid())));
}

TEST_CASE("a kid is scd_ and the RFC 7638 thumbprint in hex", "[signature]") {
    const auto& signer = test::signing_key();
    const auto jwks = signer.jwks();
    const auto n = jwks.substr(jwks.find(R"("n":)"));
    const auto input = R"({"e":"AQAB","kty":"RSA",)" + n.substr(0, n.find('}') + 1);
    unsigned char digest[32];
    REQUIRE(EVP_Digest(input.data(), input.size(), digest, nullptr, EVP_sha256(), nullptr) == 1);
    std::string expected = "scd_";
    for (const auto byte : digest) {
        char text[3];
        std::snprintf(text, sizeof text, "%02x", byte);
        expected += text;
    }
    CHECK(signer.kid() == expected);
}

TEST_CASE("a key of a size that Universign's verifiers refuse is not made", "[signature]") {
    const auto bits = GENERATE(-1, 0, 1024, 2047, 2049, 8200, 1 << 30);
    CHECK(signer::generate(bits).error().code == errc::argument_invalid);
}

TEST_CASE("a PEM that holds no usable RSA private key is refused, and nobody is asked for a passphrase",
          "[signature]") {
    const auto key = test::private_key(test::signing_key());
    const auto pem_of = [](EVP_PKEY* of, const EVP_CIPHER* cipher) {
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> out{BIO_new(BIO_s_mem()), &BIO_free_all};
        REQUIRE(PEM_write_bio_PKCS8PrivateKey(out.get(), of, cipher, "secret", cipher != nullptr ? 6 : 0,
                                              nullptr, nullptr) == 1);
        char* data = nullptr;
        const long length = BIO_get_mem_data(out.get(), &data);
        return std::string(data, static_cast<std::size_t>(length));
    };
    const std::shared_ptr<EVP_PKEY> curve{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    CHECK(signer::from_pem("").error().code == errc::key_unusable);
    CHECK(signer::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").error().code ==
          errc::key_unusable);
    CHECK(signer::from_pem(std::string(100'000, 'x')).error().code == errc::key_unusable);
    CHECK(signer::from_pem(test::public_pem(key.get())).error().code == errc::key_unusable);
    CHECK(signer::from_pem(pem_of(curve.get(), nullptr)).error().code == errc::key_unusable);
    CHECK(signer::from_pem(pem_of(test::make_rsa(1024).get(), nullptr)).error().code == errc::key_unusable);
    const auto encrypted = signer::from_pem(pem_of(key.get(), EVP_aes_128_cbc()));
    CHECK(encrypted.error().code == errc::key_unusable);
    CHECK(encrypted.error().detail.find("encrypted") != std::string::npos);
}

TEST_CASE("a PKCS #1 private key is read as well", "[signature]") {
    const auto& signer = test::signing_key();
    const auto key = test::private_key(signer);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> out{BIO_new(BIO_s_mem()), &BIO_free_all};
    REQUIRE(PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                                 nullptr) == 1);
    char* data = nullptr;
    const long length = BIO_get_mem_data(out.get(), &data);
    const std::string pem(data, static_cast<std::size_t>(length));
    REQUIRE(pem.find("BEGIN RSA PRIVATE KEY") != std::string::npos);
    CHECK(signer::from_pem(pem).value().kid() == signer.kid());
}
