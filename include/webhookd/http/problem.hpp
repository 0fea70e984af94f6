#pragma once

#include <webhookd/http/message.hpp>

#include <chrono>
#include <string_view>

namespace webhookd::http {

/// An error answer as `application/problem+json` (RFC 9457): `title` is the status' reason phrase, `detail` a
/// sentence for the person who reads it. Never pass secrets or a peer's own input; what is known to be a
/// secret is masked all the same.
[[nodiscard]] response problem(status s, std::string_view detail);

/// 503 with Retry-After (RFC 9110 §10.2.3).
[[nodiscard]] response unavailable(std::string_view detail, std::chrono::seconds retry_after);

/// 405 with Allow.
[[nodiscard]] response method_not_allowed(std::string_view allowed);

} // namespace webhookd::http
