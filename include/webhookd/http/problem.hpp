#pragma once

#include <webhookd/http/message.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace webhookd::http {

/// An error answer as `application/problem+json` (RFC 9457): `title` is the status' reason phrase, `detail` a
/// sentence for a person. Never pass secrets or a peer's own input; what is known to be a secret is masked
/// all the same.
[[nodiscard]] response problem(status s, std::string_view detail);

/// 503 with Retry-After (RFC 9110 §10.2.3).
[[nodiscard]] response unavailable(std::string_view detail, std::chrono::seconds retry_after);

/// 405 with Allow.
[[nodiscard]] response method_not_allowed(std::string_view allowed);

/// Whom a failure is told to. The sender of a webhook learns no more than what to do next; a caller of the
/// API learns what was wrong with the call.
enum class audience { sender, api_caller };

/// The one place where an errc becomes a status. nullopt: this audience expects no such failure; the caller
/// logs it, and answers in general words.
[[nodiscard]] std::optional<response> to_response(const failure& f, audience to);

} // namespace webhookd::http
