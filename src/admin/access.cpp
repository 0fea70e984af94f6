#include <webhookd/admin/access.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/text/encoding.hpp>

#include <boost/beast/core/string.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace webhookd::admin {
namespace {

constexpr std::size_t longest_token = 1024;

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
    if (credentials.size() > 2 * longest_token) return std::nullopt;
    auto pair = text::decode_base64(credentials);
    if (pair) pair->resize(std::min(pair->find(':'), pair->size()));
    return pair;
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(), &size);
    return text::to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

http::response too_many(std::chrono::seconds wait) {
    auto answer = http::problem(http::status::too_many_requests,
                                "Too many wrong tokens came from this address: come again later.");
    answer.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return answer;
}

http::response unauthorized(const http::request& r, std::string_view why) {
    log::sampled(log::level::warning, "the admin API refused a caller", {{"reason", why}},
                 {{"source", r.caller.address}});
    auto answer = http::problem(http::status::unauthorized, "A valid token is needed.");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"universign-webhookd\"");
    return answer;
}

http::response forbidden(const http::request& r, const std::string& why, const std::string& detail) {
    log::sampled(log::level::warning, "the admin API refused a caller", {{"reason", why}},
                 {{"source", r.caller.address}});
    return http::problem(http::status::forbidden, detail);
}

http::response not_this_host(const http::request& r) {
    return forbidden(r, "no token is configured, and the request " + std::string(r.caller.doubt),
                     "No token is configured, so only a direct request from this host is served, and this "
                     "request " +
                         std::string(r.caller.doubt) +
                         ". Configure a token (admin.tokens) and send it; behind a proxy, name the proxy in "
                         "admin.trusted_proxies too.");
}

bool changes_something(const http::request& r) {
    return r.headers.method() != http::verb::get && r.headers.method() != http::verb::head;
}

} // namespace

access::access(const config::admin& admin, const runtime::clock& clock)
    : rules_({admin.tokens, admin.public_pages})
    , failures_(clock) {}

void access::change(const config::admin& admin) {
    rules_.store({admin.tokens, admin.public_pages});
}

std::optional<http::response> access::refuse(const http::request& r, open_page page) const {
    const auto open = rules_.load()->open;
    if (page == open_page::health ? open.health : open.metrics) return std::nullopt;
    auto allowed = authorize(r, config::role::integrator);
    if (auto* refusal = std::get_if<http::response>(&allowed)) return std::move(*refusal);
    return std::nullopt;
}

std::variant<identity, http::response> access::authorize(const http::request& r, config::role needed) const {
    const auto in_force = rules_.load();
    if (changes_something(r) && r.caller.page == http::web_page::foreign)
        return forbidden(
            r, "a web page of another origin asks for a change",
            "A web page of another origin made this call, and it would change something. Make it "
            "from a program, or from a page of this listener.");
    if (in_force->tokens.empty()) {
        if (r.caller.local) return identity{"local", config::role::owner};
        return not_this_host(r);
    }
    const auto given = token_of(r);
    if (!given || given->empty() || given->size() > longest_token) return unauthorized(r, "no token");
    const auto digest = sha256_hex(*given);
    const config::token* known = nullptr;
    // All are compared, each in constant time, so that the time tells nothing about any.
    for (const auto& each : in_force->tokens)
        if (each.sha256.size() == digest.size() &&
            CRYPTO_memcmp(each.sha256.data(), digest.data(), digest.size()) == 0)
            known = &each;
    if (known == nullptr) return wrong_token(r);
    if (known->role < needed) {
        log::sampled(log::level::warning, "the admin API refused a caller",
                     {{"token", known->name}, {"reason", "the role does not reach"}},
                     {{"source", r.caller.address}});
        return http::problem(http::status::forbidden, "The token's role does not permit this.");
    }
    return identity{known->name, known->role};
}

http::response access::wrong_token(const http::request& r) const {
    const auto& client = r.caller.address;
    if (client == "unix") return unauthorized(r, "an unknown token");
    if (const auto wait = failures_.must_wait(client)) return too_many(*wait);
    if (failures_.failed(client))
        log::sampled(log::level::warning,
                     "the admin API keeps a caller out for a while: too many wrong tokens", {},
                     {{"source", client}});
    return unauthorized(r, "an unknown token");
}

} // namespace webhookd::admin
