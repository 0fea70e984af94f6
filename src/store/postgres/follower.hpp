#pragma once

#include <webhookd/files/unique_fd.hpp>

#include "store/notifier.hpp"
#include "store/postgres/figures.hpp"
#include "store/postgres/session.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace webhookd::store::postgres {

/// The thread that follows what other daemons do: it listens for their notifications (a hint), and asks the
/// database once a second (the truth). It also looks whether the database is still safe.
class follower {
public:
    /// What the database told when the session began.
    struct beginning {
        std::int64_t plans = 0;    ///< of `totals`
        std::int64_t erasures = 0; ///< of `totals`
        std::string risk = {};
    };
    /// All outlive the follower.
    follower(access to, const session& self, figures& known, notifier& listeners, beginning from);
    /// Ends within a second, or when the database has answered.
    ~follower();
    follower(const follower&) = delete;
    follower& operator=(const follower&) = delete;

    /// Errors: the database has become unsafe; the detail tells which setting.
    [[nodiscard]] result<void> check() const;
    /// What puts kept events at risk although the database is safe by itself: a standby that is asynchronous.
    /// Empty: nothing.
    [[nodiscard]] std::string risk() const;

private:
    using steady = std::chrono::steady_clock::time_point;

    void run(const std::stop_token& stop);
    result<void> connect();
    result<void> refresh();
    void hear(std::string_view text);
    result<void> poll();
    void note_erasures(const rows& totals, std::uint64_t begun);
    void note_circuits(const rows& totals);
    result<void> count_pending();
    result<void> watch_safety();
    void note_failure(const result<void>& outcome);

    const access access_;
    const session& self_;
    figures& known_;
    notifier& listeners_;
    const std::int64_t plans_before_;
    const std::int64_t erasures_before_;
    files::unique_fd wake_; ///< an eventfd, readable once it ends
    mutable std::mutex mutex_;
    std::optional<failure> unsafe_;
    std::string standby_; ///< the warning about one that is asynchronous
    // Of the thread:
    std::unique_ptr<connection> db_;
    std::int64_t others_plans_ = 0;    ///< that listeners were told of
    std::int64_t others_erasures_ = 0; ///< the same
    std::string circuits_;             ///< those that are not closed, that listeners were told of
    int overlapping_ = 0;              ///< polls in a row beside changes of our own
    steady next_count_;
    steady next_safety_;
    bool away_ = false;
    std::jthread thread_; ///< last
};

} // namespace webhookd::store::postgres
