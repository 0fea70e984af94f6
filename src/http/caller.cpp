#include <webhookd/http/caller.hpp>
#include <webhookd/text/ascii.hpp>

#include "http/request_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace webhookd::http {

namespace {

using boost::beast::http::field;

/// Prefixes of headers that proxies, load balancers and content networks add.
constexpr std::array proxy_prefixes{
    std::string_view("forwarded"),    std::string_view("x-forward"),   std::string_view("x-real-"),
    std::string_view("x-original-"),  std::string_view("x-client-ip"), std::string_view("x-cluster-client"),
    std::string_view("x-remote-"),    std::string_view("x-proxy"),     std::string_view("proxy-"),
    std::string_view("x-envoy-"),     std::string_view("x-amzn-"),     std::string_view("x-amz-cf-"),
    std::string_view("x-azure-"),     std::string_view("x-appengine"), std::string_view("x-ssl-"),
    std::string_view("x-arr-"),       std::string_view("cf-"),         std::string_view("fastly-"),
    std::string_view("wl-proxy-"),    std::string_view("tailscale-"),  std::string_view("x-varnish"),
    std::string_view("x-originating")};
constexpr std::array proxy_names{std::string_view("via"),
                                 std::string_view("client-ip"),
                                 std::string_view("true-client-ip"),
                                 std::string_view("remote-addr"),
                                 std::string_view("cdn-loop"),
                                 std::string_view("x-host"),
                                 std::string_view("x-scheme"),
                                 std::string_view("x-url-scheme"),
                                 std::string_view("x-rewrite-url"),
                                 std::string_view("x-backend-host"),
                                 std::string_view("x-http-host-override"),
                                 std::string_view("front-end-https"),
                                 std::string_view("surrogate-capability"),
                                 std::string_view("max-forwards")};

/// Called for every header of every request: does not allocate.
bool tells_of_proxy(std::string_view header) {
    constexpr std::size_t longest = 24; // more than any name above: a longer one can only begin like a prefix
    std::array<char, longest> plain{};
    const auto size = std::min(header.size(), plain.size());
    for (std::size_t i = 0; i < size; ++i) {
        const char c = header[i];
        // A proxy that takes headers through CGI writes them with underscores.
        plain[i] = c == '_' ? '-' : text::to_lower(c);
    }
    const std::string_view name(plain.data(), size);
    const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
    return std::any_of(proxy_prefixes.begin(), proxy_prefixes.end(), begins) ||
           std::find(proxy_names.begin(), proxy_names.end(), name) != proxy_names.end();
}

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

/// The authority of an absolute-form target; nullopt where the target has none.
std::optional<std::string_view> authority_of(std::string_view target) {
    if (target.starts_with('/')) return std::nullopt;
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    target.remove_prefix(scheme + 3);
    return target.substr(0, target.find_first_of("/?#"));
}

bool is_port(std::string_view text) {
    return text.size() <= 5 && std::all_of(text.begin(), text.end(), text::is_digit);
}

/// A Host without its port, and an IPv6 address without its brackets; nullopt for what is no Host.
std::optional<std::string_view> host_name(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const auto rest = host.substr(end + 1);
        if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
        host = host.substr(1, end - 1);
        return host.find(':') == std::string_view::npos ? std::nullopt : std::optional(host);
    }
    const auto colon = host.find(':');
    if (colon == std::string_view::npos) return host;
    if (!is_port(host.substr(colon + 1))) return std::nullopt;
    return host.substr(0, colon);
}

bool names_this_host(std::string_view host, std::string_view own) {
    const auto name = host_name(host);
    if (!name) return false;
    if (text::iequals(*name, "localhost") || text::iequals(*name, "localhost.")) return true;
    const auto address = net::parse_ip(*name);
    if (!address) return false;
    return is_local(*name) || address == net::parse_ip(own);
}

/// Lower case, without the default port.
std::string plain_authority(std::string_view authority, bool https) {
    auto text = text::to_lower(authority);
    const std::string_view port = https ? ":443" : ":80";
    if (text.ends_with(port)) text.resize(text.size() - port.size());
    return text;
}

/// Whether an origin is this listener's own, to a client that calls it `host`.
bool is_own_origin(std::string_view origin, std::string_view host) {
    const auto text = text::to_lower(origin);
    for (const bool https : {false, true}) {
        const std::string_view scheme = https ? "https://" : "http://";
        if (text.starts_with(scheme))
            return plain_authority(text.substr(scheme.size()), https) == plain_authority(host, https);
    }
    return false;
}

/// `scheme://authority` of a URL.
std::string_view origin_of(std::string_view url) {
    const auto scheme = url.find("://");
    return scheme == std::string_view::npos ? url : url.substr(0, url.find_first_of("/?#", scheme + 3));
}

web_page page_of(const boost::beast::http::request_header<>& head, std::string_view host) {
    auto page = web_page::none;
    const auto check = [&](std::string_view name, auto is_own) {
        const auto [first, last] = head.equal_range({name.data(), name.size()});
        for (auto each = first; each != last; ++each)
            if (page != web_page::foreign)
                page = is_own(view(each->value())) ? web_page::own : web_page::foreign;
        return first != last;
    };
    check("Sec-Fetch-Site", [](std::string_view site) { return site == "same-origin" || site == "none"; });
    const bool told = check("Origin", [&](std::string_view origin) { return is_own_origin(origin, host); });
    if (!told) check("Referer", [&](std::string_view url) { return is_own_origin(origin_of(url), host); });
    return page;
}

/// A browser writes Origin by itself, and a page that is ours has the scheme that the browser speaks to us.
bool comes_from_https(const caller& who, const boost::beast::http::request_header<>& head) {
    return who.page == web_page::own && text::to_lower(view(head[field::origin])).starts_with("https://");
}

std::string_view doubt_about(const caller& who, std::string_view peer, std::string_view own,
                             std::string_view host, const boost::beast::http::request_header<>& head) {
    if (!is_local(peer)) return "does not come from this host";
    if (who.proxied) return "came through a proxy";
    if (head.version() < 11) return "speaks HTTP/1.0, as proxies do";
    if (who.page == web_page::foreign) return "was made by a web page of another origin";
    const auto authority = authority_of(view(head.target()));
    if (!names_this_host(host, own) || (authority && !names_this_host(*authority, own)))
        return "does not name this host by an address of its own in Host";
    return {};
}

} // namespace

caller judge_caller(std::string_view peer, std::string_view own,
                    const boost::beast::http::request_header<>& head,
                    std::span<const net::cidr> trusted_proxies) {
    caller who;
    who.address = client_address(peer, head, trusted_proxies);
    who.proxied = std::any_of(head.begin(), head.end(),
                              [](const auto& each) { return tells_of_proxy(view(each.name_string())); });
    const auto host = view(head[field::host]);
    who.page = page_of(head, host);
    who.doubt = doubt_about(who, peer, own, host, head);
    who.local = who.doubt.empty();
    return who;
}

bool spoke_https(const caller& who, std::string_view peer, const boost::beast::http::request_header<>& head,
                 std::span<const net::cidr> trusted_proxies) {
    return forwarded_https(peer, head, trusted_proxies) || comes_from_https(who, head);
}

} // namespace webhookd::http
