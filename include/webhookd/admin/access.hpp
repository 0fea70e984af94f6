#pragma once

#include <webhookd/admin/attempt_limiter.hpp>
#include <webhookd/config/config.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/runtime/shared_value.hpp>

#include <string>
#include <variant>
#include <vector>

namespace webhookd::admin {

/// Who asks.
struct identity {
    std::string name; ///< the token's; `local` where none is configured
    config::role role = config::role::integrator;
};

/// A part of the admin listener that the configuration may open to everybody (`admin.public`); else a call of
/// it needs to be an integrator's.
enum class open_page { health, metrics };

/// What a call needs: a role, each of which may what the one before may, or an open page.
using permission = std::variant<config::role, open_page>;

/// Decides who may use the admin API. A token comes as `Authorization: Bearer TOKEN`, or as the user name of
/// Basic credentials (`curl -u TOKEN:`), and is known by its SHA-256 alone. Without any configured token only
/// a direct request from this host (`http::caller::local`) gets in, as owner. A client that gives wrong
/// tokens too often waits (`attempt_limiter`); a right token never does, whatever came from its address,
/// which may be that of a proxy. Those at unix sockets cannot be told apart, and do not wait at all. Any
/// thread.
class access {
public:
    /// The clock outlives it.
    access(const config::admin& admin, const runtime::clock& clock);

    /// Replaces the tokens and public pages.
    void change(const config::admin& admin);

    /// The response is 401 without a valid token, 403 where its role does not reach that far. 429 with
    /// Retry-After to a wrong token of a client that has to wait. Where no token is configured, 403 to who is
    /// not local. 403 also, with whatever token, to a call that changes something and is made by a web page
    /// of another origin: a browser adds Basic credentials by itself.
    [[nodiscard]] std::variant<identity, http::response> authorize(const http::request& r,
                                                                   permission needed) const;

private:
    struct rules {
        std::vector<config::token> tokens;
        config::public_pages open;
    };
    [[nodiscard]] http::response wrong_token(const http::request& r) const;

    runtime::shared_value<rules> rules_;
    mutable attempt_limiter failures_;
};

} // namespace webhookd::admin
