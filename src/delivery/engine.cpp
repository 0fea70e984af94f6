#include <webhookd/delivery/engine.hpp>
#include <webhookd/runtime/clock_watch.hpp>
#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include "delivery/attempt.hpp"
#include "delivery/inbox.hpp"
#include "delivery/schedule.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;
using steady = circuit_breaker::clock;

constexpr const char* orphan_reason = "the handler is not in the configuration any more";

} // namespace

/// The dispatcher: performs the actions of the schedule, and passes their outcomes back.
class engine::implementation {
public:
    implementation(engine_store store, store::group_writer& writer, const runtime::clock& clock,
                   const runtime::clock& believed)
        : store_(std::move(store))
        , writer_(writer)
        , clock_(clock)
        , believed_(believed) {}

    void start(std::vector<handler_setup> handlers) {
        note_configured(handlers);
        schedule_.configure(std::move(handlers));
        publish();
        // Before the thread's first look: what is committed after that must wake it.
        commits_ = store_.commits.subscribe([to = inbox_](const store::commit_notice& of) {
            if (!of.deliveries && !of.erased && !of.circuits) return;
            to->put([&of](commands& c) {
                c.woken = c.woken || of.deliveries;
                c.erased = c.erased || of.erased;
                c.circuits = c.circuits || of.circuits;
            });
        });
        started_ = true;
        thread_ = std::thread([this] { run(); });
        clock_watch_.emplace([to = inbox_](auto) { to->put([](commands& c) { c.clock_leapt = true; }); });
    }

    void apply(std::vector<handler_setup> handlers) {
        note_configured(handlers);
        put([&](commands& c) { c.handlers = std::move(handlers); });
    }

    template <class Change>
    void put(Change change) {
        inbox_->put(std::move(change));
    }

    void revoke_claims(std::function<void()> done) {
        const bool asked = started_ && inbox_->put([&done](commands& c) { c.revoke_claims.push_back(done); });
        if (!asked) done(); // nothing was claimed, or nothing will begin any more
    }

    void ask(const std::function<void()>& answer) {
        if (!started_ || !inbox_->put([&answer](commands& c) { c.asked.push_back(answer); })) answer();
    }

    void test(test_request wanted) {
        if (!started_) return wanted.done(failure{errc::configuration_invalid, "A dry run runs no handler."});
        const bool asked = inbox_->put([&](commands& c) { c.tests.push_back(wanted); });
        if (!asked) wanted.done(failure{errc::shutting_down});
    }

    bool stop(std::chrono::milliseconds grace) {
        if (!thread_.joinable()) return !cancelled_;
        put([until = steady::now() + grace](commands& c) { c.stop = until; });
        thread_.join();
        return !cancelled_;
    }

    std::vector<handler_status> snapshot() const {
        const std::lock_guard lock{status_mutex_};
        return statuses_;
    }

    engine::handlers configured() const {
        const std::lock_guard lock{status_mutex_};
        return configured_;
    }

private:
    void note_configured(const std::vector<handler_setup>& handlers) {
        const std::lock_guard lock{status_mutex_};
        configured_.clear();
        for (const auto& each : handlers)
            configured_.emplace_back(each.name, each.common.retry.max_delay);
    }

    void run() {
        runtime::name_this_thread("delivery");
        runtime::lower_priority();
        for (commands arrived; !schedule_.has_stopped(steady::now());) {
            inbox_->take(schedule_.wake_at(steady::now()), arrived);
            tell(arrived);
            work();
            call(arrived.revoke_claims); // what was claimed before is given back
            arrived.clear();
            publish();
        }
        cancelled_ = schedule_.has_cancelled();
        auto left = inbox_->close();
        end_tests(left);
        call(left.asked);
        call(left.revoke_claims); // no claim is left, so none will begin
    }

    void begin_test(test_request& wanted) {
        const auto handler = schedule_.begin_test(wanted.handler);
        if (!handler) return wanted.done(handler.error());
        const auto test = std::make_shared<handler_test>(std::move(wanted.handler), std::move(wanted.task),
                                                         std::move(wanted.done));
        tests_.push_back(test);
        handler_test::begin(test, **handler, inbox_);
    }

    void end_test(const std::shared_ptr<handler_test>& test) {
        std::erase(tests_, test);
        schedule_.end_test(test->name());
    }

    /// Nobody waits for the engine any more.
    void end_tests(commands& left) {
        for (const auto& each : left.tested)
            end_test(each);
        for (const auto& each : left.tests)
            each.done(failure{errc::shutting_down});
        for (const auto& each : tests_) {
            each->outlive_engine(schedule_.tested().at(each->name()));
            each->answer(failure{errc::shutting_down});
        }
    }

    static void call(const std::vector<std::function<void()>>& all) {
        for (const auto& each : all)
            each();
    }

    void tell(commands& c) {
        const moment now{clock_.now(), believed_.now(), steady::now()};
        for (auto& each : c.ended)
            schedule_.ended(*each, chance_(random_), now);
        for (const auto& each : c.tested)
            end_test(each);
        if (c.handlers) schedule_.configure(std::move(*c.handlers));
        if (c.written) schedule_.written(*c.written, now.at);
        if (c.looked) tell(*c.looked, now.at);
        if (c.orphans_failed) schedule_.orphans_failed(*c.orphans_failed, now.at);
        if (c.called_back) schedule_.called_back(*c.called_back, now.at);
        if (c.clock_leapt) schedule_.clock_leapt();
        if (c.reopen)
            for (const auto& each : schedule_.queues())
                each->handler().reopen();
        call(c.asked);
        if (c.erased || !c.revoke_claims.empty()) schedule_.revoke_claims();
        if (c.circuits) schedule_.circuits_changed();
        if (c.woken) schedule_.wake();
        if (c.stop) schedule_.stop(*c.stop);
        for (auto& each : c.tests)
            begin_test(each);
    }

    void tell(const orphan_findings& found, steady::time_point now) {
        if (found.led_by_other) return schedule_.orphans_led_by_other(now);
        schedule_.waiting_counted(found.waiting, now, found.elsewhere);
    }

    void work() {
        const auto now = steady::now();
        if (schedule_.tick_is_over(now)) schedule_.tick(now, writer_.snapshot().events);
        for (auto todo = schedule_.next(now); !todo.empty(); todo = schedule_.next(steady::now()))
            for (auto& each : todo)
                std::visit([this](auto& what) { this->perform(what); }, each);
    }

    void perform(start_attempt& what) { begin(what.attempt, inbox_, clock_); }

    void perform(claim_deliveries& what) {
        auto answer = store_.queue.claim(what.request);
        schedule_.claimed(*what.queue, std::move(answer), steady::now());
    }

    void perform(extend_claims& what) {
        schedule_.extended(store_.queue.extend(what.claims, what.lease), steady::now());
    }

    void perform(release_claims& what) { store_.queue.release(what.claims); }

    void perform(write_results& what) {
        const bool queued = writer_.submit_task([results = what.results, to = inbox_, &queue = store_.queue] {
            std::vector<store::finished_delivery> finished;
            finished.reserve(results->size());
            for (const auto& each : *results)
                finished.push_back(each.finished);
            auto done = queue.finish(finished);
            if (!done)
                log::error("what came of deliveries cannot be recorded; it is tried again",
                           {{"deliveries", finished.size()}, {"reason", to_string(done.error())}});
            to->put([&](commands& c) { c.written = std::move(done); });
        });
        if (!queued) schedule_.results_dropped();
    }

    void perform(count_waiting&) {
        boost::asio::post(reader_, [to = inbox_, &store = store_] {
            auto found = find_orphans(store);
            to->put([&](commands& c) { c.looked = std::move(found); });
        });
    }

    void perform(fail_orphans& what) {
        const bool queued =
            writer_.submit_task([name = std::move(what.handler), to = inbox_, &queue = store_.queue] {
                auto done = queue.fail_waiting(name, orphan_reason, orphan_cleaner::batch);
                to->put([&](commands& c) { c.orphans_failed = std::move(done); });
            });
        if (!queued) schedule_.orphans_failed(failure{errc::shutting_down, "the writer ends"}, steady::now());
    }

    void perform(call_back& what) {
        const bool queued = writer_.submit_task([what, to = inbox_, &queue = store_.queue] {
            auto done = queue.call_back(what.handler, what.longest_delay, recaller::batch);
            to->put([&](commands& c) { c.called_back = std::move(done); });
        });
        if (!queued) schedule_.called_back(failure{errc::shutting_down, "the writer ends"}, steady::now());
    }

    void perform(open_circuit& what) {
        const auto opening = store_.circuits.open_circuit(what.queue->name(), what.open_for);
        schedule_.circuit_opened(*what.queue, opening, steady::now());
    }

    void perform(close_circuit& what) {
        const auto done = store_.circuits.close_circuit(what.handler, what.opening);
        schedule_.circuit_closed(what.queue.get(), done, steady::now());
    }

    void perform(test_circuit& what) {
        const auto taken = store_.circuits.try_test_circuit(what.queue->name(), shared_circuit::lease);
        schedule_.circuit_tested(*what.queue, taken, steady::now());
    }

    void perform(read_circuits&) { schedule_.circuits_read(store_.circuits.open_circuits(), steady::now()); }

    static void perform(cancel_handlers& what) {
        for (const auto& each : what.handlers)
            each->cancel();
    }

    void publish() {
        const std::lock_guard lock{status_mutex_};
        statuses_.clear();
        for (const auto& each : schedule_.queues()) {
            statuses_.push_back(each->status());
            auto& shared = statuses_.back().circuit_shared;
            shared = shared && store_.circuits.shares_circuits();
        }
    }

    const engine_store store_;
    store::group_writer& writer_;
    const runtime::clock& clock_;
    const runtime::clock& believed_;
    std::shared_ptr<inbox> inbox_ = std::make_shared<inbox>();
    schedule schedule_;
    std::vector<std::shared_ptr<handler_test>> tests_; ///< under way
    std::atomic<bool> started_ = false;
    std::atomic<bool> cancelled_ = false;
    std::mt19937_64 random_{std::random_device{}()};
    std::uniform_real_distribution<double> chance_{0, 1};
    mutable std::mutex status_mutex_;
    std::vector<handler_status> statuses_;
    engine::handlers configured_;
    runtime::background_pool reader_{1, "orphans"};
    std::thread thread_;
    std::optional<runtime::clock_watch> clock_watch_;
    store::subscription commits_;
};

engine::engine(engine_store store, store::group_writer& writer, const runtime::clock& clock,
               const runtime::clock& believed)
    : self_(std::make_unique<implementation>(std::move(store), writer, clock, believed)) {}

engine::~engine() {
    stop(0ms);
}

void engine::start(std::vector<handler_setup> setups) {
    self_->start(std::move(setups));
}

void engine::apply(std::vector<handler_setup> setups) {
    self_->apply(std::move(setups));
}

void engine::revoke_claims(std::function<void()> done) {
    self_->revoke_claims(std::move(done));
}

void engine::ask(const std::function<void()>& answer) {
    self_->ask(answer);
}

void engine::reopen_files() {
    self_->put([](commands& c) { c.reopen = true; });
}

void engine::test(std::string handler, handler::delivery event, test_callback done) {
    self_->test({std::move(handler), std::move(event), std::move(done)});
}

bool engine::stop(std::chrono::milliseconds grace) {
    return self_->stop(grace);
}

engine::handlers engine::configured() const {
    return self_->configured();
}

std::vector<handler_status> engine::snapshot() const {
    return self_->snapshot();
}

} // namespace webhookd::delivery
