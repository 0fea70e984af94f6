#include <webhookd/admin/access.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include <boost/beast/core/string.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace webhookd::admin {
namespace {

constexpr std::size_t longest_token = 1024;

/// Base64 with padding (RFC 4648 §4); nothing for anything else.
std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0 || text.size() > 2 * longest_token) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    // The function counts padding as bytes.
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

std::optional<std::string> token_of(const http::request& r) {
    const auto header = r.headers.find(http::field::authorization);
    if (header == r.headers.end()) return std::nullopt;
    const std::string_view value(header->value().data(), header->value().size());
    const auto space = value.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto scheme = value.substr(0, space);
    const auto credentials = value.substr(value.find_first_not_of(' ', space));
    if (boost::beast::iequals(scheme, "bearer")) return std::string(credentials);
    if (!boost::beast::iequals(scheme, "basic")) return std::nullopt;
    auto pair = decode_base64(credentials);
    if (pair) pair->resize(std::min(pair->find(':'), pair->size()));
    return pair;
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(), &size);
    std::string hex;
    for (std::size_t i = 0; i < size; ++i) {
        constexpr const char* digits = "0123456789abcdef";
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 0x0f];
    }
    return hex;
}

http::response too_many(std::chrono::seconds wait) {
    auto answer = http::problem(http::status::too_many_requests,
                                "Too many wrong tokens came from this address: come again later.");
    answer.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return answer;
}

http::response unauthorized(const http::request& r, std::string_view why) {
    log::warning("the admin API refused a caller", {{"source", r.client}, {"reason", why}});
    auto answer = http::problem(http::status::unauthorized, "A valid token is needed.");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"universign-webhookd\"");
    return answer;
}

} // namespace

access::access(std::vector<config::token> tokens, const runtime::clock& clock)
    : tokens_(std::move(tokens))
    , failures_(clock) {}

void access::change(std::vector<config::token> tokens) {
    tokens_.store(std::move(tokens));
}

std::variant<identity, http::response> access::authorize(const http::request& r, config::role needed) const {
    const auto tokens = tokens_.load();
    if (tokens->empty()) {
        if (r.local) return identity{"local", config::role::owner};
        return unauthorized(r, "no token is configured, and the caller is not on this host");
    }
    const auto given = token_of(r);
    if (!given || given->empty() || given->size() > longest_token) return unauthorized(r, "no token");
    if (const auto wait = failures_.must_wait(r.client)) return too_many(*wait);
    const auto digest = sha256_hex(*given);
    const config::token* known = nullptr;
    // All are compared, each in constant time, so that the time tells nothing about any.
    for (const auto& each : *tokens)
        if (each.sha256.size() == digest.size() &&
            CRYPTO_memcmp(each.sha256.data(), digest.data(), digest.size()) == 0)
            known = &each;
    if (known == nullptr) {
        if (failures_.failed(r.client))
            log::warning("the admin API keeps a caller out for a while: too many wrong tokens",
                         {{"source", r.client}});
        return unauthorized(r, "an unknown token");
    }
    if (known->role < needed) {
        log::warning("the admin API refused a caller",
                     {{"source", r.client}, {"token", known->name}, {"reason", "the role does not reach"}});
        return http::problem(http::status::forbidden, "The token's role does not permit this.");
    }
    return identity{known->name, known->role};
}

} // namespace webhookd::admin
