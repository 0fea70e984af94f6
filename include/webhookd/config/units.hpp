#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd::config {

/// A number of bytes, written `512B`, `16KiB`, `1MiB`, `2GiB`, `1TiB` (binary) or `1kB`, `1MB`, `1GB`, `1TB`
/// (decimal).
struct byte_size {
    std::uint64_t bytes = 0;
    /// A whole number and one unit, as above. Nothing for anything else (blanks, signs, fractions, leading
    /// zeros, a number alone) or an overflow.
    static std::optional<byte_size> parse(std::string_view text) noexcept;
    friend bool operator==(byte_size, byte_size) = default;
};

/// `250ms`, `10s`, `15m`, `2h`, `400d`: a whole number and one unit. Nothing for anything else or for more
/// than 100000 days, so that a duration can be added to any date.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// An IPv4 or IPv6 network. IPv4-mapped IPv6 addresses count as IPv4, so that `::/0` holds none of them.
class cidr {
public:
    /// `10.0.0.0/8`, `::1/128`, or one address alone. Nothing when malformed or when host bits are set.
    static std::optional<cidr> parse(std::string_view text);

    [[nodiscard]] bool contains(std::string_view address) const;
    /// The 16 bytes of an IPv6 address, IPv4 as v4-mapped: for the hot path.
    [[nodiscard]] bool contains(const std::array<std::uint8_t, 16>& address) const noexcept;
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(const cidr&, const cidr&) = default;

private:
    std::array<std::uint8_t, 16> network_{};
    std::uint8_t prefix_ = 0; ///< of 128
};

/// The 16 bytes `cidr::contains` takes; nothing when the text is no IP address.
[[nodiscard]] std::optional<std::array<std::uint8_t, 16>> parse_ip(std::string_view text);

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

} // namespace webhookd::config
