#pragma once

#include <webhookd/runtime/task.hpp>
#include <webhookd/store/notifications.hpp>

#include <boost/asio/basic_waitable_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

namespace webhookd::admin {

/// Wakes what waits for new events. `announce` costs next to nothing while nobody waits.
class arrivals {
public:
    arrivals() = default;
    /// Announces every commit that brought events.
    explicit arrivals(store::notifications& commits);

    /// One that waits, on one loop. Outlived by the arrivals.
    class listener {
    public:
        listener(arrivals& of, const runtime::executor& loop);
        ~listener();
        listener(const listener&) = delete;
        listener& operator=(const listener&) = delete;

        /// Remembers how much was announced: call it before reading the store.
        void mark_seen() noexcept { seen_ = of_.announced_; }
        /// Until something was announced since `mark_seen`, `wake` was called, or the time is over.
        runtime::task<void> wait(std::chrono::milliseconds most);
        /// On the loop.
        void wake() { bell_->cancel(); }

    private:
        friend class arrivals;
        using timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                                        runtime::executor>;
        arrivals& of_;
        std::shared_ptr<timer> bell_; ///< shared with what is posted to ring it
        std::uint64_t seen_ = 0;
        std::list<listener*>::iterator self_; ///< among the listeners
    };

    /// Events were kept. Any thread.
    void announce();

private:
    std::atomic<std::uint64_t> announced_{0};
    std::atomic<std::size_t> listening_{0};
    std::mutex mutex_;
    std::list<listener*> listeners_;
    store::subscription commits_; ///< last: its call uses all of the above
};

} // namespace webhookd::admin
