#pragma once

#include <webhookd/http/message.hpp>

#include "http/shard.hpp"

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace webhookd::http {

/// Status of a response that must not be sent: the client has closed or never sent anything.
inline constexpr status no_answer = status::unknown;

/// What HTTP itself requires of a request's headers, beyond what the parser checks. An answer refuses the
/// request. Sources: RFC 9112 §3.2 (Host), §6.1 (Transfer-Encoding), RFC 9110 §10.1.1 (Expect).
[[nodiscard]] std::optional<response> check_head(const boost::beast::http::request_header<>& head);

/// The answer to bytes that the parser refused.
[[nodiscard]] response describe_read_error(boost::system::error_code ec);

[[nodiscard]] bool wants_continue(const boost::beast::http::request_header<>& head);
[[nodiscard]] std::string_view continue_line() noexcept;

/// The path of an origin-form or absolute-form target (RFC 9112 §3.2).
[[nodiscard]] std::string_view path_of(std::string_view target);
[[nodiscard]] std::string_view query_of(std::string_view target);

/// Address of the other end: `192.0.2.1`, `2001:db8::1`, `unix`. An IPv4 client on an IPv6 socket is an IPv4
/// client.
[[nodiscard]] std::string peer_address(const stream_socket::lowest_layer_type& socket);
/// The same of this end.
[[nodiscard]] std::string own_address(const stream_socket::lowest_layer_type& socket);
/// On this host: a loopback address or a unix socket.
[[nodiscard]] bool is_local(std::string_view peer);

} // namespace webhookd::http
