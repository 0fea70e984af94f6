#pragma once

#include <string>
#include <string_view>

namespace webhookd::config {

/// What a configuration must know of an http or https URL.
struct web_address {
    bool usable = false; ///< a well-formed http or https URL with a host
    bool encrypted = false;
    bool loopback = false;    ///< `localhost` or a loopback address
    bool credentials = false; ///< holds a user or a password
    bool fragment = false;
    std::string host; ///< in small letters
};

[[nodiscard]] web_address parse_web_address(std::string_view url);

} // namespace webhookd::config
