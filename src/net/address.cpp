#include <webhookd/net/address.hpp>
#include <webhookd/text/ascii.hpp>

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

namespace webhookd::net {
namespace {

constexpr std::array<std::uint8_t, 12> v4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_v4(const ip_address& address) noexcept {
    return std::equal(v4_mapped.begin(), v4_mapped.end(), address.begin());
}

/// Decimal without sign, blank or leading zero.
std::optional<unsigned> small_number(std::string_view text, unsigned max) noexcept {
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    unsigned number = 0;
    for (const char c : text) {
        if (!text::is_digit(c)) return std::nullopt;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (number > max) return std::nullopt;
    return number;
}

bool within(const ip_address& address, const ip_address& network, unsigned prefix) noexcept {
    const std::size_t whole = prefix / 8;
    if (std::memcmp(address.data(), network.data(), whole) != 0) return false;
    if (prefix % 8 == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - prefix % 8));
    return (address[whole] & mask) == (network[whole] & mask);
}

/// IPv4 in dotted form, IPv6 as RFC 5952 writes it.
std::string address_text(const ip_address& address, bool v4) {
    char text[INET6_ADDRSTRLEN] = {};
    if (v4)
        inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
    else
        inet_ntop(AF_INET6, address.data(), text, sizeof text);
    return text;
}

} // namespace

std::optional<ip_address> parse_ip(std::string_view text) {
    // inet_pton stops at a NUL, which would let anything follow.
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated(text);
    ip_address address{};
    if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
    std::copy(v4_mapped.begin(), v4_mapped.end(), address.begin());
    if (inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1) return address;
    return std::nullopt;
}

std::optional<cidr> cidr::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address_part = text.substr(0, slash);
    const auto address = parse_ip(address_part);
    if (!address) return std::nullopt;

    // A v4-mapped network is written with IPv6's prefix lengths: ::ffff:10.0.0.0/104.
    const bool dotted = address_part.find(':') == std::string_view::npos;
    unsigned prefix = 128;
    if (slash != std::string_view::npos) {
        const auto number = small_number(text.substr(slash + 1), dotted ? 32 : 128);
        if (!number) return std::nullopt;
        prefix = dotted ? *number + 96 : *number;
    }

    for (unsigned bit = prefix; bit < 128; ++bit)
        if ((*address)[bit / 8] & (0x80 >> (bit % 8))) return std::nullopt;

    cidr network;
    network.network_ = *address;
    network.prefix_ = static_cast<std::uint8_t>(prefix);
    return network;
}

bool cidr::contains(std::string_view address) const {
    const auto bytes = parse_ip(address);
    return bytes && contains(*bytes);
}

bool cidr::contains(const ip_address& address) const noexcept {
    // ::/0 means every IPv6 address; IPv4 addresses lie inside it only as an artefact of the mapping.
    if (prefix_ < 96 && is_v4(address)) return false;
    return within(address, network_, prefix_);
}

std::string cidr::to_string() const {
    const bool v4 = prefix_ >= 96 && is_v4(network_);
    return address_text(network_, v4) + '/' + std::to_string(v4 ? prefix_ - 96 : prefix_);
}

std::optional<listen_address> listen_address::parse(std::string_view text) {
    if (text.starts_with("unix:")) {
        const auto path = text.substr(5);
        // Abstract sockets (`@`) have no file permissions that would keep strangers out.
        if (path.empty() || path.front() == '@' || path.find('\0') != std::string_view::npos ||
            path.size() >= sizeof(sockaddr_un::sun_path))
            return std::nullopt;
        return listen_address{{}, 0, std::string(path)};
    }

    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = small_number(text.substr(colon + 1), 65535);
    if (!port) return std::nullopt;

    auto host = text.substr(0, colon);
    if (host == "*") host = "[::]";
    if (host == "localhost") host = "127.0.0.1";
    const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (brackets) host = host.substr(1, host.size() - 2);
    const auto address = parse_ip(host);
    if (!address || brackets != (host.find(':') != std::string_view::npos)) return std::nullopt;
    return tcp(address_text(*address, !brackets), static_cast<std::uint16_t>(*port));
}

bool listen_address::is_loopback() const {
    if (is_unix()) return true;
    static const cidr v4 = *cidr::parse("127.0.0.0/8");
    static const cidr v6 = *cidr::parse("::1/128");
    return v4.contains(host) || v6.contains(host);
}

std::string listen_address::to_string() const {
    if (is_unix()) return "unix:" + unix_path;
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

bool is_loopback_host(std::string_view host) {
    const auto name = text::to_lower(host);
    if (name == "localhost" || name.ends_with(".localhost")) return true;
    const auto literal = listen_address::parse(name + ":1");
    return literal && name != "*" && literal->is_loopback();
}

} // namespace webhookd::net
