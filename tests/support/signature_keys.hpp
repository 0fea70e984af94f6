#pragma once

#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/signer.hpp>

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

/// An RSA key that is made once for all runs of all test programs and kept in the build tree (it costs a
/// second, and many under a sanitizer): another one for each name and size. Programs that want it at the same
/// moment get the same. Any thread.
[[nodiscard]] signature::signer kept_key(const std::string& name, int bits);

/// Kept keys, loaded once for the whole test program: 2048, 3072 or 4096 bits; `which` tells several of a
/// size apart.
[[nodiscard]] const signature::signer& signing_key(int bits = 2048, int which = 0);

/// The set of these keys, each under its own kid.
[[nodiscard]] signature::key_set set_of(const std::vector<const signature::signer*>& signers);

/// The private key behind a signer, for signing in ways that the signer refuses.
[[nodiscard]] std::shared_ptr<EVP_PKEY> private_key(const signature::signer& signer);

/// How `sign_by_hand` is to sign; as it stands, it is PS256.
struct signing_manner {
    std::string digest = "SHA256";
    bool pss = true;
    std::string mask = "SHA256";
    int salt = 32;
};

/// The raw signature over exactly this message.
[[nodiscard]] std::string sign_by_hand(EVP_PKEY* key, std::string_view message,
                                       const signing_manner& manner = {});

/// `BASE64URL(header)..BASE64URL(signature)` over header and body, with any header and any manner.
[[nodiscard]] std::string token_by_hand(EVP_PKEY* key, std::string_view header_json, std::string_view body,
                                        const signing_manner& manner = {});

/// The header that a right token for this kid has.
[[nodiscard]] std::string right_header(std::string_view kid);

/// A new RSA key of any size and exponent; slow for large ones.
[[nodiscard]] std::shared_ptr<EVP_PKEY> make_rsa(unsigned bits, unsigned long exponent = 65537);

/// HMAC-SHA256, raw.
[[nodiscard]] std::string hmac_sha256(std::string_view secret, std::string_view message);

/// The public half as PEM.
[[nodiscard]] std::string public_pem(EVP_PKEY* key);

/// n and e of a key as a JWK with more members, given as `"alg":"PS256",…` without the comma in front.
[[nodiscard]] std::string jwk_of(EVP_PKEY* key, std::string_view kid, std::string_view more = {});

/// What a receiver does with one event: the form, the key, the signature.
[[nodiscard]] result<void> check_signature(const signature::key_set& keys, std::string_view value,
                                           std::string_view body);

} // namespace webhookd::test
