#pragma once

#include <webhookd/handler/handler.hpp>
#include <webhookd/store/delivery.hpp>

#include "demo/random.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace webhookd::demo {

/// An attempt of the past.
struct past_attempt {
    handler::outcome outcome;
    std::chrono::microseconds duration{};
};

/// How the handlers of demo.yaml have fared, by their names; every other one has always succeeded:
/// - `audit` has always succeeded, `archive` always at its second attempt;
/// - `crm` answers 500 to what is marked `fail-me`, and refuses what is marked `refuse-me`; now and then it
/// is busy;
/// - `signature-desk` has not been reachable for six days;
/// - `billing` has been closed for two days and is asked again every six hours;
/// - `erp` has refused connections for twenty hours, and has not been tried in the last half hour;
/// - `scan` is slow, and has not come to what arrived in the last two hours.
/// `start` is when the attempt would have begun. nullopt: it was not made.
[[nodiscard]] std::optional<past_attempt> attempt_of_the_past(std::string_view handler,
                                                              const store::claimed_delivery& delivery,
                                                              timestamp start, timestamp now,
                                                              random_source& random);

} // namespace webhookd::demo
