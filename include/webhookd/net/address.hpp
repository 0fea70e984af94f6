#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd::net {

/// The 16 bytes of an IPv6 address; IPv4 as v4-mapped.
using ip_address = std::array<std::uint8_t, 16>;

/// nullopt when the text is no IP address.
[[nodiscard]] std::optional<ip_address> parse_ip(std::string_view text);

/// An IPv4 or IPv6 network. IPv4-mapped IPv6 addresses count as IPv4, so that `::/0` holds none of them.
class cidr {
public:
    /// `10.0.0.0/8`, `::1/128`, or one address alone. nullopt when malformed or when host bits are set.
    static std::optional<cidr> parse(std::string_view text);

    [[nodiscard]] bool contains(std::string_view address) const;
    /// For the hot path.
    [[nodiscard]] bool contains(const ip_address& address) const noexcept;
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(const cidr&, const cidr&) = default;

private:
    ip_address network_{};
    std::uint8_t prefix_ = 0; ///< of 128
};

/// Where to listen: a TCP address with port, or a unix socket's path.
struct listen_address {
    std::string host; ///< IP address literal, as RFC 5952 writes it; empty for a unix socket
    std::uint16_t port = 0;
    std::string unix_path;

    static listen_address tcp(std::string host, std::uint16_t port) { return {std::move(host), port, {}}; }
    /// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` (127.0.0.1), `*:8080`, `unix:/run/x.sock`. `*` and
    /// `[::]` are one: host `::`, whose listener takes IPv4 as well. Port 0 lets the system choose. No
    /// abstract sockets.
    static std::optional<listen_address> parse(std::string_view text);

    [[nodiscard]] bool is_unix() const noexcept { return !unix_path.empty(); }
    [[nodiscard]] bool is_loopback() const; ///< loopback address or unix socket
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(const listen_address&, const listen_address&) = default;
};

/// Whether a URL's host names this machine: `localhost`, a name below it, or a loopback address; IPv6 is in
/// brackets.
[[nodiscard]] bool is_loopback_host(std::string_view host);

} // namespace webhookd::net
