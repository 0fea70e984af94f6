#pragma once

#include <webhookd/signature/key_set.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::signature {

enum class hash { sha1, sha256, sha384, sha512 };

/// A message that may have been signed, reduced to its digests, so that many large ones can be held at once.
class digested_message {
public:
    digested_message(std::string_view prefix, std::string_view rest);

    [[nodiscard]] std::string_view digest(hash which) const noexcept;

private:
    std::array<std::array<unsigned char, 64>, 4> digests_;
};

/// A way of signing with RSA.
struct scheme {
    std::string_view name; ///< `RS256`, as the `alg` of a JWS where it has one
    hash digest;
    std::optional<hash> mask; ///< of MGF1, for PSS; nullopt: PKCS #1 v1.5
    bool any_salt = false;
};

inline constexpr scheme ps256{"PS256", hash::sha256, hash::sha256};

/// Whether the signature holds; every failure of OpenSSL counts as no.
[[nodiscard]] bool holds(const scheme& how, const public_key& key, const digested_message& message,
                         std::string_view signature);

/// The salt length of a PSS signature that holds with `any_salt`.
[[nodiscard]] std::optional<int> salt_length(const scheme& how, const public_key& key,
                                             const digested_message& message, std::string_view signature);

/// Whether `signature` is an HMAC-SHA256 whose secret is the public key itself: the classic confusion of
/// HS256.
[[nodiscard]] bool is_hmac_with_public_key(const public_key& key, std::string_view message,
                                           std::string_view signature);

} // namespace webhookd::signature
