#include "signature/signing_input.hpp"

#include <webhookd/text/encoding.hpp>

#include <openssl/rsa.h>

#include <algorithm>

namespace webhookd::signature {
namespace {

constexpr std::size_t piece = 6 * 1024; // a multiple of 3, so that pieces encode as the whole would
constexpr int ps256_salt = 32;

} // namespace

signing_input_digest::signing_input_digest()
    : sha256_{EVP_MD_fetch(nullptr, "SHA256", nullptr)}
    , context_{EVP_MD_CTX_new()} {
    openssl::require(sha256_ && context_, "SHA-256");
}

sha256_digest signing_input_digest::operator()(std::string_view protected_header, std::string_view body) {
    bool held = EVP_DigestInit_ex2(context_.get(), sha256_.get(), nullptr) == 1 &&
                EVP_DigestUpdate(context_.get(), protected_header.data(), protected_header.size()) == 1 &&
                EVP_DigestUpdate(context_.get(), ".", 1) == 1;
    char encoded[text::base64url_length(piece)];
    while (held && !body.empty()) {
        const auto part = body.substr(0, piece);
        text::encode_base64url(part, encoded);
        held = EVP_DigestUpdate(context_.get(), encoded, text::base64url_length(part.size())) == 1;
        body.remove_prefix(part.size());
    }
    sha256_digest digest;
    held = held && EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1;
    openssl::require(held, "digest");
    return digest;
}

void use_ps256(EVP_PKEY_CTX* context) {
    openssl::require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                         EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
                         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, ps256_salt) == 1,
                     "PS256 parameters");
}

} // namespace webhookd::signature
