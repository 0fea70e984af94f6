#pragma once

#include <webhookd/admin/attempt_limiter.hpp>
#include <webhookd/config/config.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/runtime/shared_value.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace webhookd::admin {

/// Who asks.
struct identity {
    std::string name; ///< the token's; `local` where none is configured
    config::role role = config::role::integrator;
};

/// A part of the admin listener that the configuration may open to everybody (`admin.public`).
enum class open_page { health, metrics };

/// Decides who may use the admin API. A token comes as `Authorization: Bearer TOKEN`, or as the user name of
/// Basic credentials (`curl -u TOKEN:`), and is known by its SHA-256 alone. Without any configured token only
/// a direct request from this host (`http::caller::local`) gets in, as owner. Whoever gives wrong tokens too
/// often waits (`attempt_limiter`); a right token never does, whatever came from its address, which may be
/// that of a proxy. Those at unix sockets cannot be told apart, and do not wait at all. Any thread.
class access {
public:
    /// The clock outlives it.
    access(const config::admin& admin, const runtime::clock& clock);

    /// Takes the place of the tokens and public pages before.
    void change(const config::admin& admin);

    /// The answer is 401 without a valid token, 403 where its role does not reach that far: integrator,
    /// admin, owner, each may what the one before may. 429 with Retry-After to a wrong token of a client that
    /// has to wait. Where no token is configured, 403 to whoever is not local. 403 also, with whatever token,
    /// to a call that changes something and is made by a web page of another origin: a browser adds Basic
    /// credentials by itself.
    [[nodiscard]] std::variant<identity, http::response> authorize(const http::request& r,
                                                                   config::role needed) const;

    /// Nothing for a page that is public, or for whoever may see it as integrator; else the refusal.
    [[nodiscard]] std::optional<http::response> refuse(const http::request& r, open_page page) const;

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
