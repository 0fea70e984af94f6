#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/error.hpp>

#include <memory>
#include <stop_token>
#include <string>

namespace webhookd::ingest {

/// Where an endpoint's JWK set comes from, as a port. Blocking; called from the key ring's own thread only.
class key_source {
public:
    virtual ~key_source() = default;

    /// The document's bytes. Returns soon after `stop` is requested.
    /// Errors: network, network_timeout, http_status, response_too_large, file_unreadable.
    virtual result<std::string> fetch(std::stop_token stop) = 0;

    /// For the log: path, or URL without user and query.
    [[nodiscard]] virtual std::string describe() const = 0;
    /// What tells this source from every other one; may hold a secret.
    [[nodiscard]] virtual std::string identity() const { return describe(); }
};

/// At most this many bytes are taken as a key set.
inline constexpr std::size_t max_key_set_bytes = 1024 * 1024;

[[nodiscard]] std::unique_ptr<key_source> make_key_source(const config::jwks_source& from);

} // namespace webhookd::ingest
