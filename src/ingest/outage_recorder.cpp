#include <webhookd/ingest/outage_recorder.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include "ingest/outage_tracker.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace webhookd::ingest {

class outage_recorder::implementation {
public:
    implementation(store::this_instance self, store::group_writer& writer, const runtime::clock& clock,
                   options opts)
        : instance_(std::move(self))
        , writer_(writer)
        , clock_(clock)
        , options_(std::move(opts))
        , tracker_(options_.pause) {}

    void start() {
        started_ = clock_.now();
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }

    void deferred(const std::string& endpoint, errc why) {
        if (!tracker_.deferred(endpoint, reason_of(why), clock_.now())) return;
        {
            const std::lock_guard lock{mutex_};
            hurry_ = true;
        }
        wake_.notify_one();
    }

    void tell_soon() { submit(std::nullopt); }

    bool tell_now(std::chrono::milliseconds bound) {
        const auto kept = std::make_shared<std::promise<bool>>();
        auto outcome = kept->get_future();
        const bool queued = writer_.submit_task([this, kept] { kept->set_value(tell(std::nullopt)); });
        if (!queued || outcome.wait_for(bound) != std::future_status::ready) return false;
        try {
            return outcome.get();
        } catch (const std::exception&) {
            return false; // what it is now could not even be gathered
        }
    }

    void stop(timestamp at) {
        if (!thread_.joinable()) return;
        thread_.request_stop();
        thread_.join();
        submit(at);
    }

private:
    void run(const std::stop_token& stop) {
        runtime::name_this_thread("life");
        std::unique_lock lock{mutex_};
        while (!stop.stop_requested()) {
            hurry_ = false;
            lock.unlock();
            submit(std::nullopt);
            lock.lock();
            wake_.wait_for(lock, stop, options_.interval, [this] { return hurry_; });
        }
    }

    /// At most one waits for the writer, except the last one.
    void submit(std::optional<timestamp> ended) {
        if (!ended && submitted_.exchange(true)) return;
        auto task = [this, ended] {
            submitted_ = false;
            tell(ended);
        };
        if (!writer_.submit_task(std::move(task)))
            log::warning("the last heartbeat cannot be kept: the writer has stopped");
    }

    /// On the writer's thread. Whether all is kept.
    bool tell(std::optional<timestamp> ended) {
        const auto outages = tracker_.unsaved();
        if (!begun_) {
            const auto told = record({.now = started_, .first = true, .refusals = outages});
            if (!told) return complain(told.error());
            begun_ = true;
            tracker_.saved(outages);
            if (!ended) return true;
        }
        const auto told =
            record({.now = ended.value_or(clock_.now()), .last = ended.has_value(), .refusals = outages});
        if (!told) return complain(told.error());
        tracker_.saved(outages);
        return true;
    }

    result<void> record(store::heartbeat sign) {
        sign.instance = instance_.name;
        if (options_.state) sign.state = options_.state();
        return instance_.all.record_heartbeat(sign);
    }

    static bool complain(const failure& f) {
        log::warning("a heartbeat cannot be kept now", {{"reason", to_string(f)}});
        return false;
    }

    const store::this_instance instance_;
    store::group_writer& writer_;
    const runtime::clock& clock_;
    const options options_;
    outage_tracker tracker_;
    timestamp started_;
    bool begun_ = false; ///< the writer's thread alone
    std::atomic<bool> submitted_{false};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool hurry_ = false;
    std::jthread thread_; ///< last: it uses all of the above
};

outage_recorder::outage_recorder(store::this_instance self, store::group_writer& writer,
                                 const runtime::clock& clock, options opts)
    : self_(std::make_unique<implementation>(std::move(self), writer, clock, std::move(opts))) {}

outage_recorder::~outage_recorder() = default;

void outage_recorder::start() {
    self_->start();
}

void outage_recorder::deferred(const std::string& endpoint, errc why) {
    self_->deferred(endpoint, why);
}

void outage_recorder::tell_soon() {
    self_->tell_soon();
}

bool outage_recorder::tell_now(std::chrono::milliseconds bound) {
    return self_->tell_now(bound);
}

void outage_recorder::stop(timestamp at) {
    self_->stop(at);
}

} // namespace webhookd::ingest
