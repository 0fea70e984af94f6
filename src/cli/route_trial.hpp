#pragma once

#include <webhookd/config/config.hpp>

#include <string>

namespace webhookd::cli {

struct trial_event {
    std::string endpoint;
    std::string type;
    std::string body; ///< empty: only the type is known
};

/// Whether the endpoint's `only` leaves the event out; then for each route whether it matches (`yes`, `no`,
/// or `if` where conditions cannot be judged without a body) and what decided that, and the handlers that
/// would run, in order. Several indented lines, for people; quotes the event, and so may hold personal data,
/// and never an expanded secret of the configuration.
[[nodiscard]] std::string describe_trial(const config::configuration& c, const trial_event& event);

} // namespace webhookd::cli
