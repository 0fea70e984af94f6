#pragma once

#include <webhookd/error.hpp>

#include <string>

namespace webhookd::outbound {

/// The parts of an absolute http or https URL that decide where a request goes.
struct origin {
    std::string scheme; ///< lower case
    std::string host;   ///< lower case; IPv6 addresses in brackets
    std::string port;   ///< the scheme's own when the URL names none

    friend bool operator==(const origin&, const origin&) = default;
};

/// `https://host:port`: fit for messages, because it leaves out credentials, path and query.
[[nodiscard]] std::string to_string(const origin& o);

[[nodiscard]] bool is_loopback(const origin& o);

/// Errors: argument_invalid (not an absolute URL, or another scheme than http and https).
[[nodiscard]] result<origin> origin_of(const std::string& url);

/// Resolves a Location header against the URL that answered with it (RFC 3986 §5). Errors: argument_invalid.
[[nodiscard]] result<std::string> resolve(const std::string& base, const std::string& location);

} // namespace webhookd::outbound
