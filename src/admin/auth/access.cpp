#include <webhookd/admin/access.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/auth/tokens.hpp"

namespace webhookd::admin {
namespace {

http::response too_many(std::chrono::seconds wait) {
    auto refusal = http::problem(http::status::too_many_requests,
                                 "Too many wrong tokens came from this address: come again later.");
    refusal.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return refusal;
}

http::response unauthorized(const http::request& r, std::string_view why) {
    log::sampled(log::level::warning, "the admin API refused a caller", {{"reason", why}},
                 {{"source", r.caller.address}});
    auto refusal = http::problem(http::status::unauthorized, "A valid token is needed.");
    refusal.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"universign-webhookd\"");
    return refusal;
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

std::variant<identity, http::response> access::authorize(const http::request& r, permission needed) const {
    const auto in_force = rules_.load();
    if (const auto* page = std::get_if<open_page>(&needed)) {
        const auto& open = in_force->open;
        if (*page == open_page::health ? open.health : open.metrics) return identity{"anybody"};
    }
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
    if (!given) return unauthorized(r, "no token");
    const auto* known = find_token(in_force->tokens, *given);
    if (known == nullptr) return wrong_token(r);
    const auto* role = std::get_if<config::role>(&needed);
    if (role != nullptr && known->role < *role) {
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
