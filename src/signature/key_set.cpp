#include <webhookd/signature/key_set.hpp>
#include <webhookd/text/encoding.hpp>

#include "signature/json.hpp"
#include "signature/openssl.hpp"

#include <algorithm>

namespace webhookd::signature {
namespace {

constexpr std::size_t longest_set = 1024 * 1024;
constexpr std::size_t most_keys = 256;
constexpr std::size_t longest_number = 2048; // bytes: enough to say how large a refused modulus is

failure malformed_set(std::string detail) {
    return {errc::key_set_malformed, std::move(detail)};
}
failure unusable(std::string why) {
    return {errc::key_unusable, std::move(why)};
}

bool may_verify(const rapidjson::Value& key_ops) {
    return key_ops.IsArray() && std::any_of(key_ops.Begin(), key_ops.End(), [](const auto& operation) {
               return operation.IsString() && json::view(operation) == "verify";
           });
}

/// One member of `keys` (RFC 7517 §4, RFC 7518 §6.3.1). Errors: key_unusable.
result<std::shared_ptr<const public_key>> read_key(const rapidjson::Value& jwk) {
    if (!jwk.IsObject()) return unusable("not an object");
    const auto kty = json::text_member(jwk, "kty");
    if (!kty) return unusable("no kty");
    if (*kty != "RSA") return unusable("kty is " + json::printable(*kty) + ", not RSA");
    const auto kid = json::text_member(jwk, "kid");
    if (!kid) return unusable("no kid");
    if (!json::usable_kid(*kid)) return unusable("kid is empty, too long or not printable");
    if (jwk.HasMember("use") && json::text_member(jwk, "use") != "sig") return unusable("use is not sig");
    if (jwk.HasMember("alg") && json::text_member(jwk, "alg") != "PS256") return unusable("alg is not PS256");
    if (jwk.HasMember("key_ops") && !may_verify(jwk["key_ops"])) return unusable("key_ops lacks verify");
    if (jwk.HasMember("d")) return unusable("a private key: whoever reads this set can sign");

    const auto n = text::decode_base64url(json::text_member(jwk, "n").value_or("!"));
    const auto e = text::decode_base64url(json::text_member(jwk, "e").value_or("!"));
    if (!n || n->empty()) return unusable("n is not base64url");
    if (!e || e->empty()) return unusable("e is not base64url");
    if (n->size() > longest_number || e->size() > longest_number) return unusable("n or e is too long");
    auto key = make_public_key(*n, *e);
    if (!key) return unusable("n and e make no RSA key");
    return public_key::adopt(std::string{*kid}, key.release());
}

/// `key 2 "scd_1"`, counted from 1.
std::string name(std::size_t index, const rapidjson::Value& jwk) {
    auto text = "key " + std::to_string(index + 1);
    if (!jwk.IsObject()) return text;
    if (const auto kid = json::text_member(jwk, "kid")) text += " \"" + json::printable(*kid) + '"';
    return text;
}

} // namespace

result<key_set> key_set::parse(std::string_view text) {
    const auto document = json::parse(text, longest_set);
    if (!document || !document->IsObject()) return malformed_set("not one JSON object");
    const auto keys = document->FindMember("keys");
    if (keys == document->MemberEnd() || !keys->value.IsArray()) return malformed_set("no array named keys");
    if (keys->value.Size() > most_keys) return malformed_set("more than 256 keys");

    key_set set;
    for (rapidjson::SizeType i = 0; i < keys->value.Size(); ++i) {
        const auto& jwk = keys->value[i];
        auto key = read_key(jwk);
        if (!key) {
            set.skipped_.push_back(name(i, jwk) + ": " + key.error().detail);
        } else if (!set.keys_.emplace((*key)->kid(), *key).second) {
            set.skipped_.push_back(name(i, jwk) + ": another key before it has the same kid");
        }
    }
    if (!set.keys_.empty()) return set;

    std::string detail = "no usable key";
    for (const auto& line : set.skipped_)
        detail += "; " + line;
    return malformed_set(std::move(detail));
}

std::shared_ptr<const public_key> key_set::find(std::string_view kid) const {
    const auto found = keys_.find(kid);
    return found == keys_.end() ? nullptr : found->second;
}

std::vector<std::string> key_set::kids() const {
    std::vector<std::string> names;
    names.reserve(keys_.size());
    for (const auto& [kid, key] : keys_)
        names.push_back(kid);
    return names;
}

} // namespace webhookd::signature
