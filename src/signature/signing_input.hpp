#pragma once

#include "signature/openssl.hpp"

#include <array>
#include <string_view>

namespace webhookd::signature {

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
