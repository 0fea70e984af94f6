#pragma once

#include <webhookd/store/event_log.hpp>

#include <atomic>
#include <mutex>
#include <optional>

namespace webhookd::store {

/// Whether the log takes events, as observed by its writer. Any thread may read it; only the writer's sets
/// it.
class log_health {
public:
    explicit log_health(event_log& log)
        : log_(log) {}

    [[nodiscard]] bool good() const noexcept { return good_; }
    /// Why it is not good; nullopt: it is.
    [[nodiscard]] std::optional<failure> trouble() const;

    void set(bool good) noexcept { good_ = good; }
    /// Marks it as not good, with a line in the log.
    void fall_ill(const failure& why);
    /// Checks the log itself: while it is good whether its files are in place (there may be no post for
    /// hours, and readiness must report it in time), else whether it takes writes again.
    void check() noexcept;

private:
    event_log& log_;
    std::atomic<bool> good_ = true;
    mutable std::mutex mutex_;
    std::optional<failure> trouble_; ///< the last
};

} // namespace webhookd::store
