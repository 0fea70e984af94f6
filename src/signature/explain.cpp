#include <webhookd/signature/explain.hpp>
#include <webhookd/signature/verifier.hpp>
#include <webhookd/text/encoding.hpp>

#include "signature/json.hpp"
#include "signature/likely_mistakes.hpp"

#include <algorithm>
#include <array>

namespace webhookd::signature {
namespace {

constexpr std::size_t most_keys_tried = 16;
constexpr std::size_t smallest_signature = 256; // of an RSA key with 2048 bits

constexpr std::array<scheme, 10> schemes{{
    ps256, // the likeliest first: the search ends with the first that holds
    {"PS256", hash::sha256, hash::sha256, true},
    {"PS256", hash::sha256, hash::sha1, true},
    {"RS256", hash::sha256, std::nullopt},
    {"PS384", hash::sha384, hash::sha384, true},
    {"PS512", hash::sha512, hash::sha512, true},
    {"RS384", hash::sha384, std::nullopt},
    {"RS512", hash::sha512, std::nullopt},
    {"RSASSA-PSS with SHA-1", hash::sha1, hash::sha1, true},
    {"RSASSA-PKCS1-v1_5 with SHA-1", hash::sha1, std::nullopt},
}};

struct candidate {
    digested_message message;
    std::string finding; ///< empty for the signing input as it should be
};

std::string joined(std::string_view first, std::string_view second) {
    return second.empty() ? std::string{first} : std::string{first} + ' ' + std::string{second};
}

/// Headers that were serialised or encoded twice, differently for the signature and for the token.
std::vector<std::string> other_headers(const loose_token& token) {
    std::vector<std::string> headers{text::encode_base64url(token.header_json)};
    const auto read = read_json(token.header_json);
    if (!read) return headers;
    for (const json_style& style : {json_style{"", ":", ","}, json_style{"", ": ", ", "},
                                    json_style{"", ":", ", "}, json_style{"  ", ": ", ","}})
        headers.push_back(text::encode_base64url(write_json(*read, style)));
    return headers;
}

/// The candidates for what was signed; `header "." BASE64URL(body)` itself comes first.
std::vector<candidate> candidates(const loose_token& token, std::string_view body) {
    std::vector<candidate> all;
    const auto add = [&](std::string_view prefix, std::string_view rest, std::string finding) {
        all.push_back({digested_message{prefix, rest}, std::move(finding)});
    };
    const auto header = token.header + '.';
    constexpr std::string_view unencoded =
        "The payload was signed without base64url: the signing input is header '.' BASE64URL(body).";
    visit_likely_forms(body, [&](std::string_view form, std::string_view finding) {
        add(header, text::encode_base64url(form), std::string{finding});
        add(header, form, joined(unencoded, finding));
    });

    constexpr std::string_view plain =
        "The payload was signed in plain base64: the signing input takes base64url, '-' for "
        "'+' and '_' for '/', without '='.";
    auto encoded = text::encode_base64(body);
    add(header, encoded, std::string{plain});
    encoded.resize(encoded.find_last_not_of('=') + 1);
    add(header, encoded, std::string{plain});

    constexpr std::string_view no_header =
        "The body was signed without the protected header: the signing input is header '.' BASE64URL(body).";
    add({}, body, std::string{no_header});
    add({}, text::encode_base64url(body), std::string{no_header});
    add(header, {}, "The signature was made over an empty payload: put the body into the signing input.");
    if (!token.payload.empty())
        add(header, token.payload,
            "The signature holds over the payload inside the token, which is not this body.");
    for (const auto& other : other_headers(token))
        if (other != token.header)
            add(other + '.', text::encode_base64url(body),
                "The protected header was serialised again, or encoded in another alphabet: keep its text "
                "exactly as received.");
    add(token.header_json + '.', text::encode_base64url(body),
        "The protected header was signed without base64url: the signing input is BASE64URL(header) '.' "
        "BASE64URL(body).");
    return all;
}

std::vector<std::shared_ptr<const public_key>> keys_to_try(const key_set& keys, std::string_view kid) {
    std::vector<std::shared_ptr<const public_key>> order;
    if (auto named = keys.find(kid)) order.push_back(std::move(named));
    for (const auto& other : keys.kids())
        if (other != kid && order.size() < most_keys_tried) order.push_back(keys.find(other));
    return order;
}

void explain_scheme(const scheme& how, const public_key& key, const candidate& hit, const loose_token& token,
                    std::vector<std::string>& findings) {
    if (&how == &schemes.front()) return;
    if (how.name != "PS256") {
        findings.push_back("The signature was made with " + std::string{how.name} +
                           ": sign with PS256 (RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes).");
        return;
    }
    if (how.mask != hash::sha256)
        findings.emplace_back("The signature's MGF1 uses SHA-1, a common default: PS256 takes SHA-256 there "
                              "too (RFC 7518 section 3.5).");
    const auto salt = salt_length(how, key, hit.message, token.signature);
    if (salt && *salt != 32)
        findings.push_back("The signature has a salt of " + std::to_string(*salt) +
                           " bytes: PS256 takes 32, as long as the digest (RFC 7518 section 3.5).");
}

/// Searches for a way of signing that matches; false when there is none.
bool find_mistake(const key_set& keys, const loose_token& token, std::string_view body,
                  std::vector<std::string>& findings) {
    if (token.signature.empty()) return false;
    const auto messages = candidates(token, body);
    const auto order = keys_to_try(keys, token.kid);
    for (const auto& how : schemes) {
        for (const auto& key : order) {
            const auto hit = std::find_if(messages.begin(), messages.end(), [&](const auto& candidate) {
                return holds(how, *key, candidate.message, token.signature);
            });
            if (hit == messages.end()) continue;
            explain_scheme(how, *key, *hit, token, findings);
            if (key->kid() != token.kid && !token.kid.empty())
                findings.push_back("The signature holds with another key of the set, \"" +
                                   json::printable(key->kid()) + "\": name the kid of the key that signs.");
            if (!hit->finding.empty()) findings.push_back(hit->finding);
            return true;
        }
    }
    for (const auto& key : order) {
        const auto input = token.header + '.' + text::encode_base64url(body);
        if (!is_hmac_with_public_key(*key, input, token.signature)) continue;
        findings.emplace_back(
            "The signature is an HMAC with the public key as its secret (HS256): anybody can make that. "
            "Sign with the private key and PS256.");
        return true;
    }
    return false;
}

void explain_payload(const loose_token& token, std::string_view body, std::vector<std::string>& findings) {
    if (token.payload.empty()) return;
    const bool same = token.payload_bytes == body;
    findings.push_back(
        std::string{"The body stands inside the token"} + (same ? "" : ", and is not the body given here") +
        ": a detached JWS has nothing between its two dots (RFC 7515 appendix F). Leave it out" +
        (same ? "." : ", and verify the body as it was received."));
}

struct environment {
    std::string_view name;
    std::string_view host;
    std::string_view keys_at;
};

/// Each of Universign's environments signs with keys of its own (D).
constexpr std::array<environment, 2> environments{{
    {"production", "https://api.universign.com/", "https://api.universign.com/v1/webhooks/jwks.json"},
    {"alpha (for trials)", "https://api.alpha.universign.com/",
     "https://api.alpha.universign.com/v1/webhooks/jwks.json"},
}};

/// Where a key may be found that the set does not have.
std::string advise_on_key_set(std::string_view source) {
    for (std::size_t i = 0; i < environments.size(); ++i) {
        if (!source.starts_with(environments[i].host)) continue;
        const auto& other = environments[1 - i];
        return "this is the key set of " + std::string{environments[i].name} + "; was the event sent by " +
               std::string{other.name} + "? Its keys are at " + std::string{other.keys_at} + '.';
    }
    std::string advice =
        "fetch the set again, and make sure it belongs to the environment that sent the event";
    for (const auto& each : environments)
        advice += (&each == environments.data() ? " (" : "; ") + std::string{each.name} + ": " +
                  std::string{each.keys_at};
    return advice + ").";
}

void explain_kid(const key_set& keys, std::string_view source, const loose_token& token,
                 std::vector<std::string>& findings) {
    if (token.kid.empty()) {
        if (!token.header_json.empty())
            findings.emplace_back("The protected header names no kid: put the key's id there.");
        return;
    }
    if (keys.find(token.kid)) return;
    const auto quoted = '"' + json::printable(token.kid) + '"';
    for (const auto& line : keys.skipped()) {
        if (line.find(quoted) == std::string::npos) continue;
        findings.push_back("The set has the key " + quoted + " but it cannot be used (" + line +
                           "): sign with a key that can.");
        return;
    }
    std::string known;
    for (const auto& kid : keys.kids())
        if (known.size() < 1000) known += (known.empty() ? "" : ", ") + json::printable(kid);
    findings.push_back("No key of the set has the kid " + quoted + "; it has " + known + ": " +
                       advise_on_key_set(source));
}

void explain_size(const key_set& keys, const loose_token& token, std::vector<std::string>& findings) {
    const auto size = token.signature.size();
    const auto key = keys.find(token.kid);
    if (size == 0 || (key && static_cast<std::size_t>((key->bits() + 7) / 8) == size)) return;
    if (token.alg.starts_with("HS") || token.alg.starts_with("ES") || token.alg == "EdDSA") return;
    if (size == smallest_signature / 2 || size == smallest_signature / 4 ||
        size == smallest_signature / 4 * 3)
        findings.push_back("The signature has " + std::to_string(size) + " bytes, so its key has about " +
                           std::to_string(size * 8) + " bits and is too small: sign with 2048 bits or more.");
    else if (key)
        findings.push_back("The signature has " + std::to_string(size) +
                           " bytes, those of the key it names have " + std::to_string((key->bits() + 7) / 8) +
                           ": it was cut, or another key made it.");
}

constexpr std::string_view hmac_is_none = ", an HMAC with a shared secret, and Universign shares none";

void explain_header(const loose_token& token, const failure& refusal, std::vector<std::string>& findings) {
    const bool hmac = token.alg.starts_with("HS");
    if (refusal.code == errc::algorithm_not_accepted || hmac)
        findings.push_back(token.alg.empty()
                               ? "The protected header names no alg: write \"alg\":\"PS256\"."
                               : "The protected header says alg " + json::printable(token.alg) +
                                     std::string{hmac ? hmac_is_none : ""} + ": only PS256 is accepted.");
    else if (refusal.code == errc::header_not_accepted && !token.kid.empty())
        findings.push_back("The protected header is not accepted (" + refusal.detail +
                           "): it needs alg and kid, and must not name crit, b64, jku, jwk, x5u or x5c.");
}

} // namespace

explanation explain(const key_set& keys, std::string_view header_value, std::string_view body,
                    std::string_view source) {
    explanation told;
    const auto token = read_loosely(header_value);
    told.kid = token.kid;

    const auto jws = parse_detached_jws(header_value);
    if (jws && keys.find(jws->kid) && verifier{}.verify(*jws, body, keys.find(jws->kid))) {
        told.valid = true;
        told.verdict = "The signature holds: the key " + json::printable(jws->kid) + " made it over these " +
                       std::to_string(body.size()) + " bytes.";
        return told;
    }
    told.verdict = "The signature does not hold";
    if (!jws) told.verdict += " (" + to_string(jws.error()) + ')';
    told.verdict += '.';
    if (header_value.empty()) {
        told.findings.emplace_back("There is no signature: give the value of the x-jws-signature header.");
        return told;
    }

    auto& findings = told.findings;
    if (!jws) explain_header(token, jws.error(), findings);
    explain_payload(token, body, findings);
    findings.insert(findings.end(), token.remarks.begin(), token.remarks.end());
    const bool found = find_mistake(keys, token, body, findings);
    explain_kid(keys, source, token, findings);
    if (!found) explain_size(keys, token, findings);
    if (!found && !token.signature.empty() && has_sorted_members(body))
        findings.emplace_back("The members of this body are sorted by name, as serialisers leave them that "
                              "sort (jq -S, Go's maps, "
                              "Python's sort_keys): if so, the order that was signed cannot be found again. "
                              "Verify the raw bytes "
                              "as received.");
    if (findings.empty())
        findings.push_back(
            "None of the usual mistakes fits: these " + std::to_string(body.size()) +
            " bytes were changed, or belong to another signature, or another private key made it. Compare "
            "them with what the sender sent, byte for byte.");
    return told;
}

} // namespace webhookd::signature
