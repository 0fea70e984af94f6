#include <webhookd/admin/access.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/auth/credentials.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace webhookd::admin {
namespace {

http::response too_many(std::chrono::seconds wait) {
    auto refusal = http::problem(http::status::too_many_requests,
                                 "Too many wrong tokens came from this address: come again later.");
    refusal.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    return refusal;
}

/// Without a reason it leaves no line in the log.
http::response unauthorized(const http::request& r, std::string_view why) {
    if (!why.empty())
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

/// What a session's cookie does not open, because a browser adds it to requests of whatever page.
std::optional<http::response> refuse_forged(const http::request& r) {
    if (r.caller.page == http::web_page::foreign)
        return forbidden(r, "a web page of another origin uses a session",
                         "A web page of another origin made this call. A session is for the page of this "
                         "listener; a program sends a token.");
    if (changes_something(r) &&
        (r.caller.page != http::web_page::own || r.headers["Webhookd-Console"] != "1"))
        return forbidden(r, "a session asks for a change, and no page of this listener does",
                         "With a session only the page of this listener may change something: it sends "
                         "`Origin` and `Webhookd-Console: 1`. A program sends a token.");
    return std::nullopt;
}

http::response no_page() {
    return http::problem(http::status::not_found, "The page is switched off (admin.console).");
}

const config::token* find_configured(const std::vector<config::token>& tokens, const std::string& sha256) {
    const auto found = std::ranges::find(tokens, sha256, &config::token::sha256);
    return found == tokens.end() ? nullptr : &*found;
}

std::chrono::steady_clock::time_point steady_now() {
    return std::chrono::steady_clock::now();
}

} // namespace

access::access(const config::admin& admin, const runtime::clock& clock)
    : clock_(clock)
    , rules_({admin.tokens, admin.public_pages, admin.console})
    , failures_(clock) {}

void access::change(const config::admin& admin) {
    rules_.store({admin.tokens, admin.public_pages, admin.console});
    sessions_.keep_only(admin.console ? admin.tokens : std::vector<config::token>{});
}

access::decision access::authorize(const http::request& r, permission needed) const {
    const auto in_force = rules_.load();
    const auto* page = std::get_if<open_page>(&needed);
    if (page != nullptr && *page != open_page::console) {
        const auto& open = in_force->open;
        if (*page == open_page::health ? open.health : open.metrics) return identity{"anybody"};
    }
    if (changes_something(r) && r.caller.page == http::web_page::foreign)
        return forbidden(
            r, "a web page of another origin asks for a change",
            "A web page of another origin made this call, and it would change something. Make it "
            "from a program, or from a page of this listener.");
    if (page != nullptr && *page == open_page::console) {
        if (!in_force->console) return no_page();
        return identity{"anybody"};
    }
    if (in_force->tokens.empty()) {
        if (r.caller.local) return identity{"local", config::role::owner};
        return not_this_host(r);
    }
    auto known = authenticate(r, *in_force);
    const auto* who = std::get_if<identity>(&known);
    const auto* role = std::get_if<config::role>(&needed);
    if (who == nullptr || role == nullptr || who->role >= *role) return known;
    log::sampled(log::level::warning, "the admin API refused a caller",
                 {{"token", who->name}, {"reason", "the role does not reach"}},
                 {{"source", r.caller.address}});
    return http::problem(http::status::forbidden, "The token's role does not permit this.");
}

/// A session comes before a token: credentials that a proxy in front has asked for are none of ours.
access::decision access::authenticate(const http::request& r, const rules& in_force) const {
    if (auto who = by_session(r, in_force)) {
        if (auto refusal = refuse_forged(r)) return std::move(*refusal);
        return std::move(*who);
    }
    const auto given = token_of(r);
    // The page asks who is signed in: that nobody is needs no line in the log.
    if (!given) return unauthorized(r, r.caller.page == http::web_page::own ? "" : "no token");
    const auto* known = find_token(in_force.tokens, *given);
    if (known == nullptr) return wrong_token(r);
    return identity{known->name, known->role, known->sha256};
}

std::optional<identity> access::by_session(const http::request& r, const rules& in_force) const {
    const auto now = steady_now();
    for (const auto id : session_ids(r)) {
        const auto session = sessions_.find(id, now);
        if (!session) continue;
        const auto* known = find_configured(in_force.tokens, session->token_sha256);
        if (known == nullptr) continue;
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(session->ends - now);
        return identity{known->name, known->role, known->sha256, session->id_sha256, clock_.now() + left};
    }
    return std::nullopt;
}

bool access::still_allows(const identity& who) const {
    const auto in_force = rules_.load();
    if (who.token_sha256.empty()) return in_force->tokens.empty();
    return find_configured(in_force->tokens, who.token_sha256) != nullptr &&
           (who.session_sha256.empty() || sessions_.is_open(who.session_sha256, steady_now()));
}

std::variant<access::signed_in, http::response> access::sign_in(const http::request& r,
                                                                std::string_view token) {
    const auto in_force = rules_.load();
    if (in_force->tokens.empty()) {
        if (!r.caller.local) return not_this_host(r);
        return http::problem(http::status::conflict,
                             "No token is configured, so that from this host none is needed.");
    }
    const auto* known = token.size() > longest_token ? nullptr : find_token(in_force->tokens, token);
    if (known == nullptr) return wrong_token(r);
    for (const auto id : session_ids(r))
        sessions_.close(id);
    const auto id = sessions_.open(known->sha256, steady_now());
    if (!id) return http::unavailable("No random bits are available.", std::chrono::seconds(5));
    log::info("signed in on the page", {{"token", known->name}, {"source", r.caller.address}});
    identity who{known->name, known->role, known->sha256, {}, clock_.now() + session_store::lifetime};
    return signed_in{std::move(who), session_cookie(*id, r.caller.https)};
}

http::response access::sign_out(const http::request& r) {
    if (const auto who = by_session(r, *rules_.load())) {
        if (auto refusal = refuse_forged(r)) return std::move(*refusal);
        log::info("signed out on the page", {{"token", who->name}, {"source", r.caller.address}});
    }
    for (const auto id : session_ids(r))
        sessions_.close(id);
    http::response done{http::status::no_content, {}, {}, {}};
    for (auto& each : forgotten_cookies(r))
        done.headers.emplace_back("Set-Cookie", std::move(each));
    return done;
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
