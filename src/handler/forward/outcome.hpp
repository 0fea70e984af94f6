#pragma once

#include <webhookd/handler/handler.hpp>
#include <webhookd/outbound/http_engine.hpp>

namespace webhookd::handler::forward {

/// What an answer, or the lack of one, means for the delivery.
[[nodiscard]] outcome to_outcome(const result<outbound::post_answer>& answer, timestamp now);

} // namespace webhookd::handler::forward
