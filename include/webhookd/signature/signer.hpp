#pragma once

#include <webhookd/error.hpp>

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

namespace webhookd::signature {

/// A private key that signs as Universign does: for trials, tests and benchmarks, never in the daemon's own
/// path. Not thread safe; to share one between threads the caller locks it.
class signer {
public:
    /// A new RSA key. Errors: argument_invalid (bits outside 2048…8192 or not a multiple of 8).
    static result<signer> generate(int bits);
    /// From a PEM private key (PKCS#8 or PKCS#1). Errors: key_unusable.
    static result<signer> from_pem(std::string_view pem);

    ~signer();
    signer(signer&&) noexcept;
    signer& operator=(signer&&) noexcept;

    /// `scd_` and 64 hex digits: SHA-256 of the public key (RFC 7638 thumbprint input), in the shape of
    /// Universign's own.
    [[nodiscard]] const std::string& kid() const noexcept;
    /// A fresh `x-jws-signature` value over these bytes, its header written with Universign's blank after the
    /// comma.
    [[nodiscard]] std::string sign(std::string_view body) const;
    [[nodiscard]] std::string private_pem() const; ///< PKCS#8: a secret
    [[nodiscard]] std::string jwks() const;        ///< the public half as a JWK Set with one key

private:
    class implementation;
    explicit signer(std::unique_ptr<implementation> self);
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::signature
