#pragma once

#include <webhookd/handler/handler.hpp>
#include <webhookd/runtime/clock.hpp>

#include <cstdint>
#include <future>
#include <memory>
#include <string_view>

namespace webhookd::test {

/// 2026-01-02T12:00:00Z, for ever.
class noon_clock final : public runtime::clock {
public:
    [[nodiscard]] timestamp now() const override;
};

/// A completed transaction with all that an event can have, at its first attempt.
[[nodiscard]] handler::delivery sample_delivery(std::string_view event_id = "evt_1");

/// Begins an attempt; the future is ready when it has ended.
[[nodiscard]] std::future<handler::outcome> start_attempt(handler::handler& h, handler::delivery d);

/// Runs one attempt to its end. Throws std::runtime_error when it has not ended after half a minute.
[[nodiscard]] handler::outcome attempt(handler::handler& h, handler::delivery d = sample_delivery());
/// The same for an attempt under way.
[[nodiscard]] handler::outcome outcome_of(std::future<handler::outcome>& under_way);

} // namespace webhookd::test
