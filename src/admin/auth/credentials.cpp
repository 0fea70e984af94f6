#include "admin/auth/credentials.hpp"

#include <webhookd/admin/sign_in.hpp>
#include <webhookd/text/ascii.hpp>
#include <webhookd/text/encoding.hpp>
#include <webhookd/text/sha256.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <chrono>

namespace webhookd::admin {
namespace {

std::optional<std::string> credentials_of(const http::request& r) {
    const auto header = r.headers.find(http::field::authorization);
    if (header == r.headers.end()) return std::nullopt;
    const std::string_view value(header->value().data(), header->value().size());
    const auto space = value.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto scheme = value.substr(0, space);
    const auto credentials = value.substr(value.find_first_not_of(' ', space));
    if (text::iequals(scheme, "bearer")) return std::string(credentials);
    if (!text::iequals(scheme, "basic")) return std::nullopt;
    if (credentials.size() > 2 * longest_token) return std::nullopt;
    auto pair = text::decode_base64(credentials);
    if (pair) pair->resize(std::min(pair->find(':'), pair->size()));
    return pair;
}

constexpr std::string_view plain_name = "webhookd-session";
constexpr std::string_view https_name = "__Host-webhookd-session";
/// A request that brings more than this is no browser's of ours; each costs a SHA-256.
constexpr std::size_t most_ids = 8;

std::vector<std::string_view> values_of(const http::request& r, std::string_view name) {
    std::vector<std::string_view> values;
    const auto [first, last] = r.headers.equal_range(http::field::cookie);
    for (auto line = first; line != last; ++line) {
        std::string_view rest(line->value().data(), line->value().size());
        while (!rest.empty()) {
            const auto pair = text::trim(rest.substr(0, rest.find(';')));
            rest.remove_prefix(std::min(rest.size(), rest.find(';')));
            if (!rest.empty()) rest.remove_prefix(1);
            if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
                values.push_back(pair.substr(name.size() + 1));
        }
    }
    return values;
}

std::string cookie(std::string_view id, bool https, std::chrono::seconds age) {
    std::string text(https ? https_name : plain_name);
    text += '=';
    text += id;
    text += "; Path=/; Max-Age=" + std::to_string(age.count()) + "; HttpOnly; SameSite=Strict";
    if (https) text += "; Secure";
    return text;
}

} // namespace

std::optional<std::string> token_of(const http::request& r) {
    auto given = credentials_of(r);
    if (!given || given->empty() || given->size() > longest_token) return std::nullopt;
    return given;
}

const config::token* find_token(const std::vector<config::token>& configured, std::string_view given) {
    const auto digest = text::sha256_hex(given);
    const config::token* known = nullptr;
    for (const auto& each : configured)
        if (each.sha256.size() == digest.size() &&
            CRYPTO_memcmp(each.sha256.data(), digest.data(), digest.size()) == 0)
            known = &each;
    return known;
}

std::vector<std::string_view> session_ids(const http::request& r) {
    auto ids = values_of(r, https_name);
    const auto plain = values_of(r, plain_name);
    ids.insert(ids.end(), plain.begin(), plain.end());
    ids.resize(std::min(ids.size(), most_ids));
    return ids;
}

std::string session_cookie(std::string_view id, bool https) {
    return cookie(id, https, session_store::lifetime);
}

std::vector<std::string> forgotten_cookies(const http::request& r) {
    std::vector<std::string> forgotten;
    for (const bool https : {true, false})
        if (!values_of(r, https ? https_name : plain_name).empty())
            forgotten.push_back(cookie({}, https, std::chrono::seconds(0)));
    return forgotten;
}

} // namespace webhookd::admin
