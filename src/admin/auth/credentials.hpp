#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/http/message.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a request brings to show who sends it: a token, or the cookie that stands for a session (RFC 6265,
/// and 6265bis for SameSite and `__Host-`).
namespace webhookd::admin {

/// The token that a request shows: `Authorization: Bearer TOKEN`, or the user name of Basic credentials.
/// nullopt: none, or one that is longer than any may be.
[[nodiscard]] std::optional<std::string> token_of(const http::request& r);

inline constexpr std::size_t longest_token = 1024;

/// The configured token that this one is, by its SHA-256; null: none. All are compared, each in constant
/// time, so that the duration reveals nothing.
[[nodiscard]] const config::token* find_token(const std::vector<config::token>& configured,
                                              std::string_view given);

/// Ids that a request brings: first those that came over https, whose name no page of another host can set.
[[nodiscard]] std::vector<std::string_view> session_ids(const http::request& r);

/// The value of Set-Cookie for a session that just began. Not readable by scripts, never sent on behalf of
/// other sites. Over https also `Secure`, under a name that a browser takes from this very host only.
[[nodiscard]] std::string session_cookie(std::string_view id, bool https);

/// The values of Set-Cookie that make a browser forget what it has sent.
[[nodiscard]] std::vector<std::string> forgotten_cookies(const http::request& r);

} // namespace webhookd::admin
