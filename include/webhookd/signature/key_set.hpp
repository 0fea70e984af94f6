#pragma once

#include <webhookd/error.hpp>

#include <openssl/types.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::signature {

/// One public key that may verify an endpoint's events. Immutable; shared between threads.
class public_key {
public:
    /// Takes over the reference to `key`, also when it fails. Errors: key_unusable (not RSA, not 2048 to 8192
    /// bits, an even modulus, or an exponent that is even, 1 or longer than 64 bits).
    static result<std::shared_ptr<const public_key>> adopt(std::string kid, EVP_PKEY* key);

    ~public_key();
    public_key(const public_key&) = delete;
    public_key& operator=(const public_key&) = delete;

    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }
    [[nodiscard]] const std::string& jwk() const noexcept { return jwk_; } ///< canonical JSON: e, kid, kty, n
    [[nodiscard]] std::string pem() const; ///< SubjectPublicKeyInfo, as openssl takes it
    [[nodiscard]] int bits() const noexcept { return bits_; }
    [[nodiscard]] EVP_PKEY* native() const noexcept { return key_; } ///< not owned by the caller

private:
    public_key(std::string kid, EVP_PKEY* key);

    std::string kid_;
    std::string jwk_;
    EVP_PKEY* key_;
    int bits_;
};

/// The public keys of one endpoint, from a JWK Set (RFC 7517 §5). Immutable once parsed; share it by
/// shared_ptr.
class key_set {
public:
    /// Keys that cannot verify a webhook (not RSA, `use` other than sig, `alg` other than PS256, wrong size,
    /// no kid, a kid that an earlier key has) or that carry their private half are left out and listed in
    /// `skipped()`. Errors: key_set_malformed (also more than 1 MiB or 256 keys, and when no key is left; the
    /// detail tells why).
    static result<key_set> parse(std::string_view json);

    /// Null when no key has this id.
    [[nodiscard]] std::shared_ptr<const public_key> find(std::string_view kid) const;

    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    [[nodiscard]] std::vector<std::string> kids() const;
    /// A line for each key left out, fit for the log.
    [[nodiscard]] const std::vector<std::string>& skipped() const noexcept { return skipped_; }

private:
    std::map<std::string, std::shared_ptr<const public_key>, std::less<>> keys_;
    std::vector<std::string> skipped_;
};

} // namespace webhookd::signature
