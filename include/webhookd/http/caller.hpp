#pragma once

#include <webhookd/net/address.hpp>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <span>
#include <string>
#include <string_view>

namespace webhookd::http {

/// The client of a request. `peer` is the socket's other end (`unix` for a unix socket, which counts as
/// trusted). Where the peer is a trusted proxy, X-Forwarded-For or Forwarded (RFC 7239) is read from right to
/// left, and the first address that is not a trusted proxy is the client. An entry that is no address
/// (`unknown`, an obfuscated name, garbage) ends the search at the last address that is certain. When both
/// headers are present and tell different clients, one of them was not written by the proxy, and neither is
/// believed.
[[nodiscard]] std::string client_address(std::string_view peer, const boost::beast::http::fields& headers,
                                         std::span<const net::cidr> trusted_proxies);

/// Whether a trusted proxy says that the client spoke https to it: X-Forwarded-Proto, or `proto` of
/// Forwarded. The last entry counts, which is the one of the proxy that is connected to us.
[[nodiscard]] bool forwarded_https(std::string_view peer, const boost::beast::http::fields& headers,
                                   std::span<const net::cidr> trusted_proxies);

/// Which web page made a browser send the request, as far as its headers say.
enum class web_page {
    none,   ///< no sign of a page
    own,    ///< one that came from this very listener
    foreign ///< one of another origin, or one that hides its origin
};

/// Who sent a request: decided once, before anything else reads it, and the only source for all decisions
/// that depend on it. Doubt means "no".
struct caller {
    /// The true client's, as far as trusted proxies tell (`client_address`); `unix` for a local socket.
    std::string address;
    /// A direct request from this host: over loopback or a unix socket, without any sign of a proxy, with a
    /// loopback address, the socket's own address or `localhost` as Host (another name that resolves to this
    /// host does not count: DNS rebinding), and not made by a web page of another origin. Requests of
    /// HTTP/1.0 do not count: many proxies use it and add no header.
    bool local = false;
    bool proxied = false; ///< there is a sign of a proxy, trusted or not
    web_page page = web_page::none;
    /// What `spoke_https` says; false where the server is not asked for it
    /// (server_options::https_of_clients).
    bool https = false;
    /// Why it is not local, as a clause that follows "this request"; empty when it is.
    std::string_view doubt;
};

/// `peer` and `own` are the two ends of the connection: addresses, or `unix`.
/// Sources: RFC 7239, RFC 9110 §7.2 (Host) and §7.6.3 (Via), RFC 6454 §7 (Origin), W3C Fetch Metadata.
[[nodiscard]] caller judge_caller(std::string_view peer, std::string_view own,
                                  const boost::beast::http::request_header<>& head,
                                  std::span<const net::cidr> trusted_proxies);

/// Whether the client, whom judge_caller has judged, spoke https: as far as a trusted proxy says so, or a
/// browser whose page came from there.
[[nodiscard]] bool spoke_https(const caller& who, std::string_view peer,
                               const boost::beast::http::request_header<>& head,
                               std::span<const net::cidr> trusted_proxies);

} // namespace webhookd::http
