#pragma once

#include <webhookd/signature/key_set.hpp>

#include <rapidjson/document.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::signature {

/// A lenient parse of a signature value that parse_detached_jws may have refused. For explain() only: never
/// trust it.
struct loose_token {
    std::string header;  ///< encoded, as it stood in the signing input
    std::string payload; ///< encoded; empty in a detached token
    std::string signature;
    std::string header_json;   ///< empty when the header cannot be decoded
    std::string payload_bytes; ///< the same
    std::string kid;
    std::string alg;
    std::vector<std::string> remarks; ///< what is wrong with the form, each with how to mend it
};

[[nodiscard]] loose_token read_loosely(std::string_view header_value);

/// Gets a candidate for the signed bytes, and a finding: what changed them into the body, and how to mend it;
/// empty for the body as it is. Both are valid during the call only.
using body_form_visitor = std::function<void(std::string_view bytes, std::string_view finding)>;

/// What may have been signed before something on the way changed it into `body`: the body as it is comes
/// first, no form comes twice. One form at a time, for a body may be large. JSON that is nested deeper than
/// any envelope has no JSON forms.
void visit_likely_forms(std::string_view body, const body_form_visitor& visit);

/// Whether it is JSON of which each object has its members sorted by name, and one of them more than two: as
/// some serialisers write it, but hardly any person.
[[nodiscard]] bool has_sorted_members(std::string_view body);

/// How a serialiser spells JSON.
struct json_style {
    std::string_view indent; ///< of one level; empty: everything on one line
    std::string_view colon;
    std::string_view comma;
    bool ascii_only = false;     ///< other characters become \uXXXX
    bool escape_slashes = false; ///< `\/`
    bool inline_arrays = false;  ///< `[ 1, 2 ]` and `{ }`, as Jackson's pretty printer writes them
    bool javascript_numbers =
        false; ///< shortest spelling of the double, instead of the number's own characters
    std::string_view escaped = {}; ///< ASCII characters that become \uXXXX as well: `<>&`, as Go writes them
    bool uppercase_hex = false;    ///< `\u00E9`, as .NET writes it
    bool sorted = false;           ///< members by their names; else they keep their order
};

/// A JSON text, to be written in other spellings; nullopt when it is not JSON or is nested deeper than 64
/// levels. Numbers keep their characters, whatever their size.
[[nodiscard]] std::optional<rapidjson::Document> read_json(std::string_view text);

/// Writes what `read_json` has read.
[[nodiscard]] std::string write_json(const rapidjson::Value& value, const json_style& style);

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
