#pragma once

#include "outbound/url.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace webhookd::outbound {

/// What holds for every request of the daemon: http and https alone, TLS 1.2 or newer and always verified, no
/// redirects by libcurl itself, proxies from the environment but never for loopback.
void set_policy(CURL* easy, const origin& target);

/// Trusts these authorities (PEM) and, unlike libcurl's default, no others: the system's folder is not used.
/// The bytes must outlive the handle's use.
void set_authorities(CURL* easy, std::string_view pem);

/// `Name: value`, with nothing in it that could begin another line.
[[nodiscard]] bool is_header_line(std::string_view line) noexcept;

/// Without a carriage return, a line feed or a NUL byte.
[[nodiscard]] bool is_one_line(std::string_view text) noexcept;

/// A header line as libcurl takes it, which reads `Name:` as "leave this header out" and `Name;` as "send it
/// empty".
[[nodiscard]] std::string to_curl_header(std::string line);

} // namespace webhookd::outbound
