#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/text/encoding.hpp>

#include "signature/json.hpp"

#include <algorithm>
#include <array>

namespace webhookd::signature {
namespace {

constexpr std::size_t longest_header = 4096;    // encoded; Universign's has about 130 characters
constexpr std::size_t longest_signature = 1024; // bytes: RSA of 8192 bits
constexpr std::size_t most_members = 32;

// Members that would change what is verified or with which key (RFC 7515 §4.1, RFC 7797).
constexpr std::array<std::string_view, 6> refused_members{"crit", "b64", "jku", "jwk", "x5u", "x5c"};

failure malformed(std::string detail) {
    return {errc::signature_malformed, std::move(detail)};
}
failure not_accepted(std::string detail) {
    return {errc::header_not_accepted, std::move(detail)};
}

/// The `kid` of an acceptable protected header.
result<std::string> check_header(std::string_view text) {
    const auto document = json::parse(text, longest_header);
    if (!document || !document->IsObject()) return not_accepted("not one JSON object");
    if (document->MemberCount() > most_members) return not_accepted("too many members");

    for (auto member = document->MemberBegin(); member != document->MemberEnd(); ++member) {
        const auto name = json::view(member->name);
        if (std::find(refused_members.begin(), refused_members.end(), name) != refused_members.end())
            return not_accepted("names " + std::string{name});
        // Of a repeated member two parsers could take different values (RFC 7515 §4).
        if (std::any_of(document->MemberBegin(), member,
                        [&](const auto& m) { return json::view(m.name) == name; }))
            return not_accepted("names " + json::printable(name) + " twice");
    }

    const auto alg = json::text_member(*document, "alg");
    if (!alg) return failure{errc::algorithm_not_accepted, "no alg"};
    if (*alg != "PS256") return failure{errc::algorithm_not_accepted, json::printable(*alg)};
    const auto kid = json::text_member(*document, "kid");
    if (!kid) return not_accepted("no kid");
    if (!json::usable_kid(*kid)) return not_accepted("kid is empty, too long or not printable");
    return std::string{*kid};
}

} // namespace

result<detached_jws> parse_detached_jws(std::string_view value) {
    if (value.empty()) return failure{errc::signature_missing};

    const auto first = value.find('.');
    if (first == std::string_view::npos) return malformed("no dot");
    const auto second = value.find('.', first + 1);
    if (second == std::string_view::npos) return malformed("one dot in place of two");
    if (value.find('.', second + 1) != std::string_view::npos) return malformed("more than two dots");
    if (second != first + 1) return malformed("the token carries a payload");
    if (first > longest_header) return malformed("the protected header is too long");
    if (value.size() - second - 1 > longest_signature * 4 / 3 + 1)
        return malformed("the signature is too long");

    detached_jws jws;
    jws.protected_header = value.substr(0, first);
    const auto header = text::decode_base64url(jws.protected_header);
    if (!header || header->empty()) return malformed("the protected header is not base64url");
    auto signature = text::decode_base64url(value.substr(second + 1));
    if (!signature || signature->empty()) return malformed("the signature is not base64url");
    jws.signature = std::move(*signature);

    auto kid = check_header(*header);
    if (!kid) return kid.error();
    jws.kid = std::move(*kid);
    return jws;
}

} // namespace webhookd::signature
