#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>
#include <webhookd/store/purger.hpp>

#include "store/clock_keeper.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

namespace webhookd::store {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto interval = 5min;
constexpr auto poll_interval = 2s; ///< at the clock
/// After a batch the purger pauses for this many times the batch's duration.
constexpr int share_of_others = 5;
constexpr auto shortest_pause = 5ms;
constexpr auto longest_pause = 2s;
/// Longer than the purge of what one search finds, which asks again. Two at once would do no harm.
constexpr auto lease = 1min;

} // namespace

class purger::implementation {
public:
    implementation(event_log& log, retention& store, this_instance self, group_writer& writer,
                   const runtime::clock& clock, ages keep)
        : log_(log)
        , store_(store)
        , instance_(std::move(self))
        , writer_(writer)
        , clock_(clock)
        , time_(log, store, writer, clock)
        , keep_(keep) {}

    void start() {
        time_.start();
        check_for_removed();
        thread_ = std::thread([this] { run(); });
    }

    void change(ages keep) {
        {
            const std::lock_guard lock{mutex_};
            keep_ = keep;
            changed_ = true;
        }
        wake_.notify_all();
    }

    void stop() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        wake_.notify_all();
        if (!thread_.joinable()) return;
        thread_.join();
        time_.keep();
    }

    statistics snapshot() const {
        const std::lock_guard lock{mutex_};
        auto counts = counts_;
        counts.clock_doubt = time_.doubt();
        return counts;
    }

    std::optional<timestamp> removed_before() const {
        if (!removed_) return std::nullopt;
        const auto now = time_.believed_now();
        const std::lock_guard lock{mutex_};
        if (!now || !keep_.events) return std::nullopt;
        return *now - *keep_.events;
    }

    timestamp believed_now() const { return time_.believed_now().value_or(timestamp{}); }

private:
    void run() {
        runtime::name_this_thread("purger");
        runtime::lower_priority();
        std::unique_lock lock{mutex_};
        while (!stopping_) {
            changed_ = false;
            const auto keep = keep_;
            lock.unlock();
            time_.keep();
            round(keep);
            lock.lock();
            const auto next = steady::now() + interval;
            while (!stopping_ && !changed_ && steady::now() < next) {
                wake_.wait_for(lock, poll_interval, [this] { return stopping_ || changed_; });
                lock.unlock();
                time_.observe();
                lock.lock();
            }
        }
    }

    void round(const ages& keep) {
        const auto before = snapshot();
        auto done = keep.events ? sweep(purge_scope::event, *keep.events) : result<void>{};
        if (done && keep.payloads) done = sweep(purge_scope::payload, *keep.payloads);
        statistics after;
        {
            const std::lock_guard lock{mutex_};
            ++counts_.rounds;
            counts_.failures += done || done.error().code == errc::shutting_down ? 0 : 1;
            counts_.last_round = clock_.now();
            after = counts_;
        }
        if (after.events != before.events || after.payloads != before.payloads)
            log::info("what is too old was purged", {{"events", after.events - before.events},
                                                     {"payloads", after.payloads - before.payloads},
                                                     {"bytes", after.bytes - before.bytes}});
        if (!done && done.error().code != errc::shutting_down)
            log::error("what is too old cannot be purged; it is tried again later",
                       {{"reason", to_string(done.error())}});
    }

    result<void> sweep(purge_scope scope, std::chrono::seconds age) {
        time_.observe();
        const auto now = time_.believed_now();
        if (!now) return {}; // the store could not tell, and was asked again just now
        purge_search wanted{.scope = scope, .before = *now - age, .now = *now};
        for (;;) {
            const auto leads = instance_.try_lead(duty::retention, lease);
            if (!leads) return leads.error();
            if (!*leads) {
                check_for_removed(); // by the instance that does
                return {};
            }
            const auto found = store_.purgeable(wanted);
            if (!found) return found.error();
            if (auto done = purge(found->events, scope); !done) return done;
            if (!found->next) return {};
            wanted.after = *found->next;
            wanted.arrived = found->arrived;
            if (!pause(shortest_pause)) return failure{errc::shutting_down};
        }
    }

    /// Offsets begin at 1, and only purged events are missing at the front.
    void check_for_removed() {
        if (removed_) return;
        const auto first = log_.read_after(0, 1, 1, projection::envelope_only);
        if (first && (first->empty() ? log_.last_offset() > 0 : first->front().offset > 1)) removed_ = true;
    }

    result<void> purge(std::span<const event_offset> events, purge_scope scope) {
        while (!events.empty()) {
            const auto size = std::min(purged_at_once, events.size());
            const auto began = steady::now();
            const auto done = purge_batch(events.first(size), scope);
            if (!done) return done.error();
            count(*done, scope);
            events = events.subspan(std::clamp<std::size_t>(done->done, 1, size));
            const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - began);
            if (!pause(std::clamp<std::chrono::milliseconds>(took * share_of_others, shortest_pause,
                                                             longest_pause)))
                return failure{errc::shutting_down};
        }
        return {};
    }

    result<purge_outcome> purge_batch(std::span<const event_offset> batch, purge_scope scope) {
        // Before the first one is purged: a caller that no longer finds it must learn so from
        // `removed_before()`.
        if (scope == purge_scope::event) removed_ = true;
        // Shared, because the writer's copy may outlive this call by a moment.
        const auto answer = std::make_shared<std::promise<result<purge_outcome>>>();
        auto answered = answer->get_future();
        const bool queued = writer_.submit_task([batch, scope, answer, &store = store_] {
            try {
                answer->set_value(store.purge(batch, scope, purged_bytes_at_once));
            } catch (const std::exception&) {
                answer->set_value(failure{errc::store_io, "the store met an unexpected exception"});
            }
        });
        if (!queued) return failure{errc::shutting_down};
        return answered.get();
    }

    void count(const purge_outcome& done, purge_scope scope) {
        const std::lock_guard lock{mutex_};
        (scope == purge_scope::event ? counts_.events : counts_.payloads) += done.purged;
        counts_.bytes += static_cast<std::uint64_t>(done.bytes);
    }

    /// False when the round must end, because of a stop or of new ages: the old ones may have been too short.
    bool pause(std::chrono::milliseconds time) {
        std::unique_lock lock{mutex_};
        return !wake_.wait_for(lock, time, [this] { return stopping_ || changed_; });
    }

    event_log& log_;
    retention& store_;
    const this_instance instance_;
    group_writer& writer_;
    const runtime::clock& clock_;
    clock_keeper time_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    ages keep_;
    statistics counts_;
    bool changed_ = false;
    bool stopping_ = false;
    std::atomic<bool> removed_ = false; ///< events went whole, now or in another run
    std::thread thread_;
};

purger::purger(event_log& log, retention& store, this_instance self, group_writer& writer,
               const runtime::clock& clock, ages keep)
    : self_(std::make_unique<implementation>(log, store, std::move(self), writer, clock, keep)) {}

purger::~purger() {
    stop();
}

void purger::start() {
    self_->start();
}

void purger::change(ages keep) {
    self_->change(keep);
}

void purger::stop() {
    self_->stop();
}

std::optional<timestamp> purger::removed_before() const {
    return self_->removed_before();
}

timestamp purger::believed_now() const {
    return self_->believed_now();
}

purger::statistics purger::snapshot() const {
    return self_->snapshot();
}

} // namespace webhookd::store
