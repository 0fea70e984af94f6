#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/http/message.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::admin {

/// The token that a request shows: `Authorization: Bearer TOKEN`, or the user name of Basic credentials.
/// nullopt: none, or one that is longer than any may be.
[[nodiscard]] std::optional<std::string> token_of(const http::request& r);

inline constexpr std::size_t longest_token = 1024;

/// Lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The configured token that this one is, by its SHA-256; null: none. All are compared, each in constant
/// time, so that the duration reveals nothing.
[[nodiscard]] const config::token* find_token(const std::vector<config::token>& configured,
                                              std::string_view given);

} // namespace webhookd::admin
