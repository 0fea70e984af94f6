#pragma once

#include <webhookd/http/message.hpp>

#include <string>
#include <string_view>
#include <vector>

/// The cookie that stands for a session (RFC 6265, and 6265bis for SameSite and `__Host-`).
namespace webhookd::admin {

/// Ids that a request brings: first those that came over https, whose name no page of another host can set.
[[nodiscard]] std::vector<std::string_view> session_ids(const http::request& r);

/// The value of Set-Cookie for a session that just began. Not readable by scripts, never sent on behalf of
/// other sites. Over https also `Secure`, under a name that a browser takes from this very host only.
[[nodiscard]] std::string session_cookie(std::string_view id, bool https);

/// The values of Set-Cookie that make a browser forget what it has sent.
[[nodiscard]] std::vector<std::string> forgotten_cookies(const http::request& r);

} // namespace webhookd::admin
