#pragma once

#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::test {

/// HAProxy before daemons of this host, on a port of its own, with the example that is delivered
/// (config/proxies/haproxy-cluster.cfg) but for TLS, and the user and the log, which are the system's.
class haproxy {
public:
    /// Why there can be none on this machine; empty: there can.
    [[nodiscard]] static std::string missing();

    /// Returns when it answers. Throws std::runtime_error when it does not start.
    explicit haproxy(const std::vector<std::uint16_t>& daemons);

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    temp_directory directory_;
    std::uint16_t port_;
    std::optional<process> process_;
};

} // namespace webhookd::test
