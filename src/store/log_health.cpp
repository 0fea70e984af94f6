#include "store/log_health.hpp"

#include <webhookd/runtime/log.hpp>

namespace webhookd::store {

std::optional<failure> log_health::trouble() const {
    const std::lock_guard lock{mutex_};
    if (good_) return std::nullopt;
    return trouble_.value_or(failure{errc::store_io, "the store met an unexpected exception"});
}

void log_health::fall_ill(const failure& why) {
    const bool was_good = good_;
    {
        const std::lock_guard lock{mutex_};
        trouble_ = why;
        good_ = false;
    }
    if (was_good) log::error("events cannot be kept now", {{"reason", to_string(why)}});
}

void log_health::check() noexcept {
    try {
        const bool was_good = good_;
        const auto well = was_good ? log_.in_place() : log_.probe();
        if (!well)
            fall_ill(well.error());
        else if (!was_good)
            good_ = true;
    } catch (...) { // NOLINT: the next check may report it
    }
}

} // namespace webhookd::store
