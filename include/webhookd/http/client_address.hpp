#pragma once

#include <webhookd/net/address.hpp>

#include <boost/beast/http/fields.hpp>

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

} // namespace webhookd::http
