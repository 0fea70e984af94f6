#include "signature/likely_mistakes.hpp"
#include "signature/openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <vector>

namespace webhookd::signature {
namespace {

constexpr std::array hashes{hash::sha1, hash::sha256, hash::sha384, hash::sha512};

const EVP_MD* native(hash which) {
    switch (which) {
    case hash::sha1:
        return EVP_sha1();
    case hash::sha256:
        return EVP_sha256();
    case hash::sha384:
        return EVP_sha384();
    case hash::sha512:
        return EVP_sha512();
    }
    return nullptr;
}

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool verify(const scheme& how, int salt, const public_key& key, std::string_view digest,
            std::string_view signature) {
    const openssl::pkey_context_ptr context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr)};
    bool held = context && EVP_PKEY_verify_init(context.get()) == 1;
    held = held && EVP_PKEY_CTX_set_rsa_padding(context.get(),
                                                how.mask ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1;
    held = held && EVP_PKEY_CTX_set_signature_md(context.get(), native(how.digest)) == 1;
    if (how.mask)
        held = held && EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), native(*how.mask)) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), salt) == 1;
    held = held && EVP_PKEY_verify(context.get(), bytes(signature), signature.size(), bytes(digest),
                                   digest.size()) == 1;
    if (!held) ERR_clear_error();
    return held;
}

std::vector<std::string> secrets_from(const public_key& key) {
    std::vector<std::string> secrets{key.jwk()};
    const openssl::bio_ptr text{BIO_new(BIO_s_mem())};
    if (!text || PEM_write_bio_PUBKEY(text.get(), key.native()) != 1) return secrets;
    char* data = nullptr;
    const long length = BIO_get_mem_data(text.get(), &data);
    std::string pem{data, static_cast<std::size_t>(length)};
    secrets.push_back(pem);
    while (!pem.empty() && pem.back() == '\n')
        pem.pop_back();
    secrets.push_back(std::move(pem));
    return secrets;
}

} // namespace

digested_message::digested_message(std::string_view prefix, std::string_view rest) {
    const openssl::digest_context_ptr context{EVP_MD_CTX_new()};
    for (std::size_t i = 0; i < hashes.size(); ++i)
        openssl::require(context && EVP_DigestInit_ex(context.get(), native(hashes[i]), nullptr) == 1 &&
                             EVP_DigestUpdate(context.get(), prefix.data(), prefix.size()) == 1 &&
                             EVP_DigestUpdate(context.get(), rest.data(), rest.size()) == 1 &&
                             EVP_DigestFinal_ex(context.get(), digests_[i].data(), nullptr) == 1,
                         "digest");
}

std::string_view digested_message::digest(hash which) const noexcept {
    const auto& digest = digests_[static_cast<std::size_t>(which)];
    return {reinterpret_cast<const char*>(digest.data()),
            static_cast<std::size_t>(EVP_MD_get_size(native(which)))};
}

bool holds(const scheme& how, const public_key& key, const digested_message& message,
           std::string_view signature) {
    const int salt = how.any_salt ? RSA_PSS_SALTLEN_AUTO : RSA_PSS_SALTLEN_DIGEST;
    return verify(how, salt, key, message.digest(how.digest), signature);
}

std::optional<int> salt_length(const scheme& how, const public_key& key, const digested_message& message,
                               std::string_view signature) {
    const int longest = EVP_PKEY_get_size(key.native());
    for (int salt = 0; salt < longest; ++salt)
        if (verify(how, salt, key, message.digest(how.digest), signature)) return salt;
    return std::nullopt;
}

bool is_hmac_with_public_key(const public_key& key, std::string_view message, std::string_view signature) {
    for (const auto& secret : secrets_from(key)) {
        std::array<unsigned char, 32> mac;
        if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes(message), message.size(),
                 mac.data(), nullptr) != nullptr &&
            signature.size() == mac.size() && CRYPTO_memcmp(signature.data(), mac.data(), mac.size()) == 0)
            return true;
    }
    return false;
}

} // namespace webhookd::signature
