#pragma once

#include "signature/openssl.hpp"

#include <string>
#include <string_view>

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

} // namespace webhookd::signature
