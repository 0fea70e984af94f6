#pragma once

#include <webhookd/store/event_log.hpp>

#include <atomic>
#include <mutex>
#include <optional>

namespace webhookd::store {

/// Whether the log takes events, as its writer finds out. Any thread may ask; the writer's alone tells.
class log_health {
public:
    explicit log_health(event_log& log)
        : log_(log) {}

    [[nodiscard]] bool good() const noexcept { return good_; }
    /// Why it is not good; nothing: it is.
    [[nodiscard]] std::optional<failure> trouble() const;

    void set(bool good) noexcept { good_ = good; }
    /// Not good any more, with a word in the log.
    void fall_ill(const failure& why);
    /// Asks the log itself: while all is well whether it is in its place (nobody may post for hours, and
    /// readiness shall tell in time), else whether it takes writes again.
    void check() noexcept;

private:
    event_log& log_;
    std::atomic<bool> good_ = true;
    mutable std::mutex mutex_;
    std::optional<failure> trouble_; ///< the last
};

} // namespace webhookd::store
