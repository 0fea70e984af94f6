#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace webhookd::signature::openssl {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* handle) const noexcept {
        Free(handle);
    }
};

using pkey_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using pkey_context_ptr = std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>>;
using digest_ptr = std::unique_ptr<EVP_MD, freed_by<EVP_MD_free>>;
using digest_context_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using number_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using param_builder_ptr = std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>>;
using params_ptr = std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;

/// What OpenSSL refuses only when memory or its configuration is broken: throws std::runtime_error, after
/// emptying the error queue of the thread.
inline void require(bool held, const char* what) {
    if (held) return;
    ERR_clear_error();
    throw std::runtime_error(std::string{"OpenSSL failed: "} + what);
}

} // namespace webhookd::signature::openssl

namespace webhookd::signature {

/// Modulus and exponent as a JWK has them: base64url, big-endian, no leading zero bytes (RFC 7518 §6.3.1).
struct public_numbers {
    std::string n;
    std::string e;
};

[[nodiscard]] public_numbers encode_public_numbers(const EVP_PKEY* key);

/// An RSA key from the big-endian bytes of modulus and exponent, at most a few KiB each; null when OpenSSL
/// refuses them.
[[nodiscard]] openssl::pkey_ptr make_public_key(std::string_view n, std::string_view e);

using sha256_digest = std::array<unsigned char, 32>;

/// The digest of a JWS signing input, `protected header "." BASE64URL(body)` (RFC 7515 §5.1), without ever
/// holding the encoded body. Keeps its OpenSSL objects; not thread safe.
class signing_input_digest {
public:
    signing_input_digest();

    [[nodiscard]] sha256_digest operator()(std::string_view protected_header, std::string_view body);

private:
    openssl::digest_ptr sha256_;
    openssl::digest_context_ptr context_;
};

/// Sets what PS256 means (RFC 7518 §3.5) on a context that was initialised to sign or to verify.
void use_ps256(EVP_PKEY_CTX* context);

} // namespace webhookd::signature
