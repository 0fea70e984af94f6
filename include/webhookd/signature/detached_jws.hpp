#pragma once

#include <webhookd/error.hpp>

#include <string>
#include <string_view>

namespace webhookd::signature {

/// The value of an `x-jws-signature` header, taken apart and checked for form.
struct detached_jws {
    std::string_view
        protected_header; ///< still encoded, as received: part of the signing input; views the value
    std::string kid;
    std::string signature; ///< raw bytes
};

/// Errors: signature_missing (empty value), signature_malformed, header_not_accepted, algorithm_not_accepted.
/// Source: RFC 7515 §7.1 and appendix F (detached content); wire-contract "Signature".
/// Only `alg: PS256` and a string `kid` are accepted; a header that names crit, b64, jku, jwk, x5u, x5c, or
/// any member twice, is refused; `typ` and other unknown members are ignored as RFC 7515 §4 asks. A header of
/// more than 4 KiB or 32 members, a kid of more than 256 bytes or with control characters, and a signature
/// longer than 1 KiB are refused too.
[[nodiscard]] result<detached_jws> parse_detached_jws(std::string_view header_value);

} // namespace webhookd::signature
