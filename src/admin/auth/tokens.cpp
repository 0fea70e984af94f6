#include "admin/auth/tokens.hpp"

#include <webhookd/text/ascii.hpp>
#include <webhookd/text/encoding.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

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

} // namespace

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(), &size);
    return text::to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::optional<std::string> token_of(const http::request& r) {
    auto given = credentials_of(r);
    if (!given || given->empty() || given->size() > longest_token) return std::nullopt;
    return given;
}

const config::token* find_token(const std::vector<config::token>& configured, std::string_view given) {
    const auto digest = sha256_hex(given);
    const config::token* known = nullptr;
    for (const auto& each : configured)
        if (each.sha256.size() == digest.size() &&
            CRYPTO_memcmp(each.sha256.data(), digest.data(), digest.size()) == 0)
            known = &each;
    return known;
}

} // namespace webhookd::admin
