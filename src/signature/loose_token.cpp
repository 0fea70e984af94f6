#include <webhookd/text/ascii.hpp>
#include <webhookd/text/encoding.hpp>

#include "signature/json.hpp"
#include "signature/likely_mistakes.hpp"

#include <algorithm>

namespace webhookd::signature {
namespace {

constexpr std::size_t longest_loose_header = 64 * 1024;
constexpr std::string_view blanks = " \t\r\n";

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (text.size() < prefix.size() || !text::iequals(text.substr(0, prefix.size()), prefix)) return false;
    text = text::trim(text.substr(prefix.size()), blanks);
    return true;
}

/// Removes what was copied together with the value.
std::string clean(std::string_view value, std::vector<std::string>& remarks) {
    auto rest = text::trim(value, blanks);
    if (take_prefix(rest, "x-jws-signature:"))
        remarks.emplace_back("The value begins with the header's name: give what follows the colon.");
    if (take_prefix(rest, "x-universign-signature:"))
        remarks.emplace_back(
            "X-Universign-Signature is no header of Universign's: give the value of x-jws-signature.");
    if (take_prefix(rest, "bearer "))
        remarks.emplace_back(
            "The value begins with Bearer, as access tokens do: a webhook's signature stands in "
            "x-jws-signature, alone.");
    if (rest.size() >= 2 && (rest.front() == '"' || rest.front() == '\'') && rest.back() == rest.front()) {
        rest = text::trim(rest.substr(1, rest.size() - 2), blanks);
        remarks.emplace_back("The value stands in quotation marks: take them away.");
    }
    std::string text{rest};
    std::erase_if(text, [](char c) { return blanks.find(c) != std::string_view::npos; });
    if (text.size() != rest.size())
        remarks.emplace_back(
            "The value has blanks or line breaks inside: it was wrapped; give it as one line.");
    return text;
}

/// Base64 of either alphabet, with or without padding; empty when it is neither.
std::string decode(std::string text, std::string_view which, std::vector<std::string>& remarks) {
    const auto strict = text::decode_base64url(text);
    if (strict) return *strict;
    const bool plain = text.find_first_of("+/") != std::string::npos;
    const bool padded = !text.empty() && text.back() == '=';
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    while (!text.empty() && text.back() == '=')
        text.pop_back();
    const auto loose = text::decode_base64url(text);
    if (!loose) {
        remarks.push_back("The " + std::string{which} +
                          " is no base64url: it was cut or changed; give the value exactly as received.");
        return {};
    }
    if (plain)
        remarks.push_back(
            "The " + std::string{which} +
            " is plain base64: JWS uses base64url, '-' for '+' and '_' for '/' (RFC 7515 section 2).");
    if (padded)
        remarks.push_back("The " + std::string{which} +
                          " is padded with '=': JWS uses base64url without padding.");
    return *loose;
}

/// The bytes that a hash has: SHA-1, SHA-256, SHA-384, SHA-512.
bool is_size_of_hash(std::size_t bytes) {
    return bytes == 20 || bytes == 32 || bytes == 48 || bytes == 64;
}

bool is_hexadecimal(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// `9c1f…`, `sha256=9c1f…`, `t=1700000000,v1=9c1f…`, and the same in base64.
bool looks_like_hmac(std::string_view text) {
    const auto unpadded = text.substr(0, text.find_last_not_of('=') + 1);
    if (const auto label = unpadded.find_last_of("=,:"); label != std::string_view::npos)
        text.remove_prefix(label + 1);
    if (is_hexadecimal(text)) return text.size() % 2 == 0 && is_size_of_hash(text.size() / 2);
    std::vector<std::string> unused;
    const auto bytes = decode(std::string{text}, "value", unused);
    return is_size_of_hash(bytes.size()) && !bytes.starts_with('{');
}

/// What a value without a dot may be.
std::string explain_dotless(std::string_view text) {
    if (looks_like_hmac(text))
        return "The value looks like an HMAC, as code has it that expects the header X-Universign-Signature: "
               "Universign signs with PS256 in the header x-jws-signature and shares no secret, with which "
               "an "
               "HMAC could be made or checked. Take that header and the public keys.";
    std::vector<std::string> unused;
    const auto bytes = decode(std::string{text}, "value", unused);
    const auto document = json::parse(bytes, longest_loose_header);
    std::string told = "There is no dot: ";
    if (document && document->IsObject())
        told += json::text_member(*document, "alg")
                    ? "this is the protected header alone, without '..' and the signature; "
                    : "this is encoded JSON and no signature; ";
    else if (bytes.size() >= 128 && bytes.size() % 64 == 0)
        told += "this is the signature alone, without the protected header and '..'; ";
    return told + "a detached JWS is BASE64URL(header)..BASE64URL(signature), all of it on one line.";
}

void read_header(loose_token& token) {
    const auto document = json::parse(token.header_json, longest_loose_header);
    if (!document || !document->IsObject()) {
        if (!token.header_json.empty())
            token.remarks.emplace_back("The protected header does not decode to a JSON object.");
        return;
    }
    token.kid = json::text_member(*document, "kid").value_or("");
    token.alg = json::text_member(*document, "alg").value_or("");
}

} // namespace

loose_token read_loosely(std::string_view header_value) {
    loose_token token;
    const auto text = clean(header_value, token.remarks);
    const auto first = text.find('.');
    const auto last = text.rfind('.');
    if (first == std::string::npos) {
        token.remarks.push_back(explain_dotless(text));
        return token;
    }
    token.header = text.substr(0, first);
    if (first == last) {
        token.remarks.emplace_back(
            "There is one dot in place of two: header and signature are joined by '..'.");
    } else {
        token.payload = text.substr(first + 1, last - first - 1);
        if (token.payload.find('.') != std::string::npos) {
            token.remarks.emplace_back(
                "There are more than two dots: a detached JWS has exactly two, side by side.");
            token.payload.clear();
        }
    }
    token.header_json = decode(token.header, "protected header", token.remarks);
    if (!token.payload.empty()) token.payload_bytes = decode(token.payload, "payload", token.remarks);
    token.signature = decode(text.substr(last + 1), "signature", token.remarks);
    read_header(token);
    return token;
}

} // namespace webhookd::signature
