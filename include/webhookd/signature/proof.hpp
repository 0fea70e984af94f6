#pragma once

#include <webhookd/error.hpp>
#include <webhookd/time.hpp>

#include <optional>
#include <string>
#include <string_view>

/// The proof of one webhook, as a file that anybody can check: offline, without the daemon, years later.
namespace webhookd::signature {

/// What the daemon states of an event that it has verified.
struct proof_statement {
    std::string event_id;
    std::string type;
    std::string endpoint;
    std::string transaction_id; ///< empty: none
    std::optional<timestamp> created;
    timestamp received; ///< and verified: no event is kept that was not verified before
    std::string source; ///< the sender's address
    std::string key_id;
    /// Where this key came from: a URL without user and query, or a file; where that was not kept, where the
    /// endpoint's keys come from now.
    std::string key_source;
    /// When that source had this very key, before the event was received; nullopt: that was not kept.
    std::optional<timestamp> key_fetched = {};
    /// When it was last seen to have it; nullopt: not since the daemon's start.
    std::optional<timestamp> key_confirmed = {};
};

/// The statement, and what it is about.
struct proof {
    proof_statement statement;
    std::string body;      ///< as received, byte for byte
    std::string signature; ///< the value of x-jws-signature as received
    std::string jwk;       ///< the key that verified it
};

/// No longer than the largest body that can be received, with its proof.
inline constexpr std::size_t largest_proof = 65 * 1024 * 1024;

/// A ZIP archive (files::write_zip) of README.txt, body.json, signature.txt, jwks.json, key.pem and
/// proof.json (the statement). Errors: key_set_malformed for a JWK that is no key, argument_invalid for a
/// body beyond `largest_proof`.
[[nodiscard]] result<std::string> write_proof(proof p);

/// Reads what `write_proof` has written, and nothing else: every file once and no other, the same key in
/// jwks.json and key.pem, and a statement whose event, type, key, length and SHA-256 are those of the files
/// beside it. Whether the signature holds is the verifier's to say. Errors: argument_invalid; the detail says
/// what is wrong.
[[nodiscard]] result<proof> read_proof(std::string_view archive);

} // namespace webhookd::signature
