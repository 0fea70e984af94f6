#pragma once

#include <webhookd/error.hpp>

#include "delivery/action.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// Decides when to fail deliveries of removed handlers, in small batches, so that no acknowledgement waits
/// for it. Checks at the start and after every change of the handlers, and once again a little later: events
/// that were routed before the change may still have been on their way to the disk. Goes on checking while
/// another instance has the handler: configurations are changed on one instance after the other. Part of the
/// schedule.
class orphan_cleaner {
public:
    using steady = circuit_breaker::clock;
    using names = std::vector<std::string>;
    using name_set = std::set<std::string, std::less<>>;
    static constexpr std::size_t batch = 500;

    void check_soon();
    [[nodiscard]] bool wants_work(steady::time_point now) const noexcept {
        return is_idle() && (!removed_.empty() || (check_at_ && now >= *check_at_));
    }
    /// count_waiting, fail_orphans, or nothing for now. The action is under way until its outcome is passed
    /// back.
    [[nodiscard]] std::optional<action> next(const names& configured, steady::time_point now);
    /// What waits for a handler that another instance has (`elsewhere`) is left to it, and looked at again.
    void counted(const result<std::map<std::string, std::int64_t>>& waiting, const names& configured,
                 const name_set& elsewhere, steady::time_point now);
    /// Instead of being counted: another instance does that.
    void led_by_other(steady::time_point now);
    /// How many of the batch failed.
    void failed(const result<std::size_t>& count, steady::time_point now);

    /// Something is being changed: not a look, whose end nobody has to wait for.
    [[nodiscard]] bool is_failing() const noexcept { return under_way_ == work::failing; }
    [[nodiscard]] std::optional<steady::time_point> wake_at() const noexcept;

private:
    enum class work { none, looking, failing };
    [[nodiscard]] bool is_idle() const noexcept { return under_way_ == work::none; }

    std::deque<std::string> removed_; ///< the first is being cleaned
    work under_way_ = work::none;
    std::size_t failed_ = 0; ///< of the first
    std::optional<steady::time_point> check_at_;
    bool check_again_ = false; ///< a second check is due
};

} // namespace webhookd::delivery
