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

/// Decides who may use the admin API. A token comes as `Authorization: Bearer TOKEN`, or as the user name of
/// Basic credentials (`curl -u TOKEN:`), and is known by its SHA-256 alone. Without any configured token only
/// this host gets in, as owner. Whoever gives wrong tokens too often waits (`attempt_limiter`). Any thread.
class access {
public:
    /// The clock outlives it.
    access(std::vector<config::token> tokens, const runtime::clock& clock);

    /// Takes the place of the tokens before.
    void change(std::vector<config::token> tokens);

    /// The answer is 401 without a valid token, 403 where its role does not reach that far: integrator,
    /// admin, owner, each may what the one before may. 429 with Retry-After, whatever the token, to a client
    /// that has to wait.
    [[nodiscard]] std::variant<identity, http::response> authorize(const http::request& r,
                                                                   config::role needed) const;

private:
    runtime::shared_value<std::vector<config::token>> tokens_;
    mutable attempt_limiter failures_;
};

} // namespace webhookd::admin
