#include <webhookd/http/caller.hpp>
#include <webhookd/text/ascii.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace webhookd::http {

namespace {

/// Splits at `separator`, but not inside double quotes.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (text[i] != separator || quoted) continue;
        parts.push_back(text::trim(text.substr(begin, i - begin)));
        begin = i + 1;
    }
    parts.push_back(text::trim(text.substr(begin)));
    return parts;
}

/// `"[2001:db8::1]:4711"` → `2001:db8::1`, `192.0.2.1:80` → `192.0.2.1`; nullopt when no address is left.
std::optional<std::string> bare_address(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        text = text.substr(1, end - 1);
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    if (!net::parse_ip(text)) return std::nullopt;
    return std::string(text);
}

/// A parameter of an element of Forwarded; empty when it is not there.
std::string_view parameter(std::string_view element, std::string_view name) {
    for (const auto pair : split(element, ';')) {
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && text::iequals(pair.substr(0, equals), name))
            return pair.substr(equals + 1);
    }
    return {};
}

bool trusted(std::string_view address, std::span<const net::cidr> proxies) {
    const auto bytes = net::parse_ip(address);
    return bytes &&
           std::any_of(proxies.begin(), proxies.end(), [&](const auto& net) { return net.contains(*bytes); });
}

/// All entries of a header, which may stand on several lines, in their order.
std::vector<std::string_view> entries(const boost::beast::http::fields& headers, std::string_view name) {
    std::vector<std::string_view> all;
    const auto [begin, end] = headers.equal_range({name.data(), name.size()});
    for (auto line = begin; line != end; ++line)
        for (const auto entry : split({line->value().data(), line->value().size()}, ','))
            all.push_back(entry);
    return all;
}

std::string walk(std::string_view peer, const std::vector<std::string_view>& hops,
                 std::span<const net::cidr> proxies) {
    std::string sure{peer};
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        const auto address = bare_address(*hop);
        if (!address) break;
        sure = *address;
        if (!trusted(sure, proxies)) break;
    }
    return sure;
}

} // namespace

std::string client_address(std::string_view peer, const boost::beast::http::fields& headers,
                           std::span<const net::cidr> trusted_proxies) {
    if (peer != "unix" && !trusted(peer, trusted_proxies)) return std::string(peer);
    const auto x_forwarded_for = entries(headers, "X-Forwarded-For");
    auto forwarded = entries(headers, "Forwarded");
    for (auto& each : forwarded)
        each = parameter(each, "for");
    if (forwarded.empty()) return walk(peer, x_forwarded_for, trusted_proxies);
    const auto told = walk(peer, forwarded, trusted_proxies);
    if (!x_forwarded_for.empty() && walk(peer, x_forwarded_for, trusted_proxies) != told)
        return std::string(peer);
    return told;
}

bool forwarded_https(std::string_view peer, const boost::beast::http::fields& headers,
                     std::span<const net::cidr> trusted_proxies) {
    if (peer != "unix" && !trusted(peer, trusted_proxies)) return false;
    const auto x_forwarded_proto = entries(headers, "X-Forwarded-Proto");
    if (!x_forwarded_proto.empty()) return text::iequals(x_forwarded_proto.back(), "https");
    const auto forwarded = entries(headers, "Forwarded");
    if (forwarded.empty()) return false;
    return text::iequals(text::trim(parameter(forwarded.back(), "proto"), "\""), "https");
}

} // namespace webhookd::http
