#pragma once

#include <webhookd/admin/sign_in.hpp>
#include <webhookd/config/config.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/runtime/shared_value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace webhookd::admin {

/// Who asks.
struct identity {
    std::string name; ///< the token's; `local` where none is configured
    config::role role = config::role::integrator;
    std::string token_sha256{};   ///< empty: none is configured, or none is needed
    std::string session_sha256{}; ///< of the session's id; empty: the token itself was sent
    std::optional<timestamp> session_ends{};
};

/// A part of the admin listener that the configuration may open to everybody (`admin.public`); else a call of
/// it needs to be an integrator's. The page itself and signing in on it are open to everybody as long as
/// `admin.console` is on.
enum class open_page { health, metrics, console };

/// What a call needs: a role, each of which may what the one before may, or an open page.
using permission = std::variant<config::role, open_page>;

/// Decides who may use the admin API. A token comes as `Authorization: Bearer TOKEN`, or as the user name of
/// Basic credentials (`curl -u TOKEN:`), and is known by its SHA-256 alone. On the page it is given once, for
/// a session, whose cookie stands for it. Without any configured token only a direct request from this host
/// (`http::caller::local`) gets in, as owner. A client that gives wrong tokens too often waits
/// (`attempt_limiter`); a right token never does, whatever came from its address, which may be that of a
/// proxy. Those at unix sockets cannot be told apart, and do not wait at all. Any thread.
class access {
public:
    /// The clock outlives it.
    access(const config::admin& admin, const runtime::clock& clock);

    /// Replaces the tokens, public pages and whether there is the page. A session ends whose token is not
    /// configured any more; all end where there is no page.
    void change(const config::admin& admin);

    /// The response is 401 without a valid token or session, 403 where its role does not reach that far. 429
    /// with Retry-After to a wrong token of a client that has to wait. Where no token is configured, 403 to
    /// who is not local. 403 also, with whatever token, to a call that changes something and is made by a web
    /// page of another origin: a browser adds Basic credentials by itself. It adds a session's cookie by
    /// itself, too: then 403 to every call of another origin's page, and to a call that changes something
    /// without a sign that a page of this listener makes it (Origin or Sec-Fetch-Site, and the header
    /// `Webhookd-Console: 1`, which no page of another origin can add). 404 where there is no page.
    [[nodiscard]] std::variant<identity, http::response> authorize(const http::request& r,
                                                                   permission needed) const;

    /// Whether the same caller would get in now: for what lasts longer than a call.
    [[nodiscard]] bool still_allows(const identity& who) const;

    struct signed_in {
        identity who;
        std::string cookie; ///< the value of Set-Cookie: for the caller and no other place
    };
    /// Begins a session, in the place of one that the caller may have. The response is 401 or 429 to a wrong
    /// token, 403 or 409 where none is configured, and 503 without random bits.
    [[nodiscard]] std::variant<signed_in, http::response> sign_in(const http::request& r,
                                                                  std::string_view token);
    /// Ends the caller's session, if there is one. The response is 204 and makes the browser forget its
    /// cookie; 403 to a call that a session may not make.
    [[nodiscard]] http::response sign_out(const http::request& r);

private:
    struct rules {
        std::vector<config::token> tokens;
        config::public_pages open;
        bool console;
    };
    using decision = std::variant<identity, http::response>;
    [[nodiscard]] decision authenticate(const http::request& r, const rules& in_force) const;
    [[nodiscard]] std::optional<identity> by_session(const http::request& r, const rules& in_force) const;
    [[nodiscard]] http::response wrong_token(const http::request& r) const;

    const runtime::clock& clock_;
    runtime::shared_value<rules> rules_;
    mutable attempt_limiter failures_;
    session_store sessions_;
};

} // namespace webhookd::admin
