#pragma once

#include <webhookd/handler/handler.hpp>
#include <webhookd/outbound/http_engine.hpp>
#include <webhookd/time.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace webhookd::handler::forward {

/// What an answer, or the lack of one, means for the delivery.
[[nodiscard]] outcome to_outcome(const result<outbound::post_answer>& answer, timestamp now);

/// What a Retry-After header asks for (RFC 9110 §10.2.3): seconds, or a date in any of the three formats of
/// §5.6.7; a date in the past asks for nothing to wait for: zero. nullopt for anything else, and for more
/// than a year, which can only be a mistake.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         timestamp now);

} // namespace webhookd::handler::forward
