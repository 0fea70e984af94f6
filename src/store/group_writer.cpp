#include <webhookd/runtime/this_thread.hpp>
#include <webhookd/store/group_writer.hpp>

#include "store/log_health.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <iterator>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace webhookd::store {
namespace {

constexpr auto commit_bounds = [] {
    using namespace std::chrono_literals;
    return runtime::duration_bounds(50us, 100us, 250us, 500us, 1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms,
                                    250ms, 500ms, 1s, 2500ms, 10s);
}();
constexpr std::array<std::uint64_t, 10> size_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

/// Whether a failure may be one event's own, so that the others of its batch can still be kept.
bool may_be_one_events(const failure& f) {
    return f.code == errc::argument_invalid;
}

} // namespace

class group_writer::implementation {
public:
    implementation(event_log& log, options opts)
        : log_(log)
        , health_(log)
        , options_(opts)
        , thread_([this] { run(); }) {}

    ~implementation() { stop(); }

    bool submit(new_event&& event, completion done) {
        {
            const std::lock_guard lock{mutex_};
            if (stopping_ || waiting_ >= options_.max_waiting) return false;
            gathering_.add(std::move(event), std::move(done));
            ++waiting_;
        }
        work_.notify_one();
        return true;
    }

    bool submit_task(std::function<void()> task) {
        {
            const std::lock_guard lock{mutex_};
            if (stopping_) return false;
            tasks_.push_back(std::move(task));
        }
        work_.notify_one();
        return true;
    }

    void stop() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        work_.notify_one();
        const std::lock_guard one_at_a_time{joining_};
        if (thread_.joinable()) thread_.join();
    }

    const log_health& health() const noexcept { return health_; }

    statistics snapshot() const {
        const std::lock_guard lock{mutex_};
        auto counts = counts_;
        counts.waiting = waiting_;
        return counts;
    }

    measurements measured() const { return {commits_.read(), sizes_.read()}; }

private:
    /// What waits, in order: an event and its waiter have the same index.
    struct queue {
        std::vector<new_event> events;
        std::vector<completion> waiters;

        void add(new_event&& event, completion&& done) {
            waiters.push_back(nullptr);
            try {
                events.push_back(std::move(event));
            } catch (...) {
                waiters.pop_back();
                throw;
            }
            waiters.back() = std::move(done);
        }
    };

    /// The outcome of a batch, its halves included.
    struct batch_report {
        bool reached = false; ///< something reached the disk
        bool failed = false;  ///< the disk did not take something
        bool threw = false;   ///< something ended in an exception
    };

    void run() {
        runtime::name_this_thread("writer");
        runtime::request_short_slice();
        queue taken; // swapped with `gathering_` each time, so that both keep their memory
        std::unique_lock lock{mutex_};
        const auto ready = [this] { return stopping_ || !gathering_.events.empty() || !tasks_.empty(); };
        auto next_probe = std::chrono::steady_clock::now() + options_.probe_interval;
        for (;;) {
            work_.wait_until(lock, next_probe, ready);
            // However often tasks come, the check is not put off.
            if (std::chrono::steady_clock::now() >= next_probe) {
                lock.unlock();
                health_.check();
                next_probe = std::chrono::steady_clock::now() + options_.probe_interval;
                lock.lock();
            }
            if (!ready()) continue;
            if (gathering_.events.empty() && tasks_.empty()) return; // stopping, and all is written
            std::swap(taken, gathering_);
            lock.unlock();
            write(taken);
            run_tasks();
            lock.lock();
        }
    }

    void write(queue& taken) {
        for (std::size_t first = 0; first < taken.events.size();) {
            auto size = batch_size(taken, first);
            bool own = false;
            auto outcomes = try_append(
                [&] {
                    add_gathered(taken, first);
                    size = batch_size(taken, first);
                    return part_of(taken, first, size);
                },
                own);
            batch_report report;
            settle(taken, first, size, outcomes, own, report);
            if (report.failed)
                health_.set(false);
            else if (report.reached || report.threw)
                health_.set(report.reached);
            first += size;
            if (first < taken.events.size()) run_tasks();
        }
        taken.events.clear();
        taken.waiters.clear();
    }

    /// What has come since goes into the batch that begins at `first`, while there is room.
    void add_gathered(queue& taken, std::size_t first) {
        if (taken.events.size() - first >= options_.max_batch) return;
        const std::lock_guard lock{mutex_};
        // What follows does not throw.
        taken.events.reserve(taken.events.size() + gathering_.events.size());
        taken.waiters.reserve(taken.waiters.size() + gathering_.waiters.size());
        std::move(gathering_.events.begin(), gathering_.events.end(), std::back_inserter(taken.events));
        std::move(gathering_.waiters.begin(), gathering_.waiters.end(), std::back_inserter(taken.waiters));
        gathering_.events.clear();
        gathering_.waiters.clear();
    }

    static std::span<const new_event> part_of(const queue& taken, std::size_t first, std::size_t size) {
        return std::span{taken.events}.subspan(first, size);
    }

    std::size_t batch_size(const queue& taken, std::size_t first) const {
        const auto most = std::min(taken.events.size() - first, std::max<std::size_t>(options_.max_batch, 1));
        std::size_t bytes = taken.events[first].body.size();
        std::size_t size = 1;
        while (size < most && bytes + taken.events[first + size].body.size() <= options_.max_batch_bytes) {
            bytes += taken.events[first + size].body.size();
            ++size;
        }
        return size;
    }

    /// Writes events [first, first + size) and answers each.
    void append(queue& taken, std::size_t first, std::size_t size, batch_report& report) {
        bool own = false;
        auto outcomes = try_append([&] { return part_of(taken, first, size); }, own);
        settle(taken, first, size, outcomes, own, report);
    }

    /// Answers events [first, first + size), or writes them again in halves where that saves some. `own`: the
    /// failure may be one event's.
    void settle(queue& taken, std::size_t first, std::size_t size,
                const result<std::vector<append_outcome>>& outcomes, bool own, batch_report& report) {
        if (!outcomes && own && size > 1) {
            append(taken, first, size / 2, report);
            append(taken, first + size / 2, size - size / 2, report);
            return;
        }
        if (outcomes) {
            report.reached = true;
        } else if (!own) {
            report.failed = true;
            // Before anybody is answered: who then asks shall not hear that all is well.
            health_.fall_ill(outcomes.error());
        } else if (!may_be_one_events(outcomes.error())) {
            report.threw = true;
        }
        {
            const std::lock_guard lock{mutex_};
            (outcomes ? counts_.events : counts_.failures) += size;
            waiting_ -= size;
        }
        for (std::size_t i = 0; i < size; ++i) {
            // Freed here and not with the whole queue, because from here on others may wait in their place.
            const auto waiter = std::move(taken.waiters[first + i]);
            std::string{}.swap(taken.events[first + i].body);
            if (outcomes) {
                guarded([&] { waiter((*outcomes)[i]); });
            } else {
                guarded([&] { waiter(outcomes.error()); });
            }
        }
        if (outcomes) log_.announce();
    }

    result<std::vector<append_outcome>> try_append(const batch_source& source, bool& own) {
        std::size_t asked = 0;
        {
            const std::lock_guard lock{mutex_};
            ++counts_.batches;
        }
        try {
            const auto began = std::chrono::steady_clock::now();
            auto outcomes = log_.append_from([&] {
                const auto batch = source();
                asked = batch.size();
                return batch;
            });
            const auto took = std::chrono::steady_clock::now() - began;
            if (outcomes && outcomes->size() != asked) {
                return failure{errc::store_io, "the store answered for another number of events"};
            }
            own = !outcomes && may_be_one_events(outcomes.error());
            // Duplicates alone cost no transaction.
            const auto added = [](const auto& o) { return o.status == append_status::accepted; };
            if (outcomes && std::any_of(outcomes->begin(), outcomes->end(), added)) {
                commits_.add(took);
                sizes_.add(asked);
            }
            return outcomes;
        } catch (const std::exception&) {
            // Its text comes from elsewhere and may quote an event.
            own = true;
            return failure{errc::store_io, "the store met an unexpected exception"};
        } catch (...) {
            own = true;
            return failure{errc::store_io, "the store met an unexpected exception"};
        }
    }

    void run_tasks() {
        std::vector<std::function<void()>> tasks;
        {
            const std::lock_guard lock{mutex_};
            tasks.swap(tasks_);
        }
        for (auto& task : tasks)
            guarded([&] { task(); });
    }

    /// Code of a caller on this thread: its exceptions must not end the thread, because of all the other
    /// waiters.
    template <class Call>
    static void guarded(Call call) noexcept {
        try {
            call();
        } catch (...) { // NOLINT: nobody is left to tell
        }
    }

    event_log& log_;
    log_health health_;
    const options options_;

    mutable std::mutex mutex_;
    std::condition_variable work_;
    queue gathering_;
    std::vector<std::function<void()>> tasks_;
    std::size_t waiting_ = 0;
    statistics counts_;
    runtime::histogram<commit_bounds> commits_;
    runtime::histogram<size_bounds> sizes_;
    bool stopping_ = false;

    std::mutex joining_;
    std::thread thread_; ///< last: it uses all of the above
};

group_writer::group_writer(event_log& log, options opts)
    : self_(std::make_unique<implementation>(log, opts)) {}

group_writer::~group_writer() = default;

bool group_writer::submit(new_event&& event, completion done) {
    return self_->submit(std::move(event), std::move(done));
}

bool group_writer::submit_task(std::function<void()> task) {
    return self_->submit_task(std::move(task));
}

void group_writer::stop() {
    self_->stop();
}

bool group_writer::healthy() const noexcept {
    return self_->health().good();
}

std::optional<failure> group_writer::trouble() const {
    return self_->health().trouble();
}

group_writer::statistics group_writer::snapshot() const {
    return self_->snapshot();
}

group_writer::measurements group_writer::measured() const {
    return self_->measured();
}

} // namespace webhookd::store
