#include <webhookd/delivery/engine.hpp>
#include <webhookd/runtime/clock_watch.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include "delivery/attempt.hpp"
#include "delivery/claim_turns.hpp"
#include "delivery/lane.hpp"
#include "delivery/mailbox.hpp"
#include "delivery/recaller.hpp"
#include "delivery/recorder.hpp"
#include "delivery/sweeper.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <random>
#include <thread>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;
using steady = circuit_breaker::clock;

/// A handler that does not end its attempts when it is told to, or a store that does not answer, is left
/// behind so long after the grace.
constexpr auto last_wait = 5s;

} // namespace

class engine::implementation {
public:
    implementation(store::event_store& store, store::group_writer& writer, const runtime::clock& clock,
                   const runtime::clock& believed, std::string instance)
        : store_(store)
        , writer_(writer)
        , clock_(clock)
        , believed_(believed)
        , recorder_(store, writer, box_)
        , sweeper_(store, store, {store, std::move(instance)}, writer, box_, clock)
        , recaller_(store, writer, box_, clock) {}

    void start(std::vector<lane_setup> lanes) {
        replace_lanes(std::move(lanes));
        recaller_.look_soon();
        publish();
        // Before the thread's first look: what is committed after that must wake it.
        commits_ = store_.subscribe([box = box_](const store::commit_notice& of) {
            if (of.deliveries) box->put([](mail& m) { m.woken = true; });
        });
        started_ = true;
        thread_ = std::thread([this] { run(); });
        clock_watch_.emplace([box = box_](auto) { box->put([](mail& m) { m.leapt = true; }); });
    }

    template <class Change>
    void put(Change change) {
        box_->put(std::move(change));
    }

    void reconsider(std::function<void()> done) {
        const bool asked = started_ && box_->put([&done](mail& m) { m.reconsider.push_back(done); });
        if (!asked) done(); // nothing was claimed, or nothing will begin any more
    }

    void ask(const std::function<void()>& answer) {
        if (!started_ || !box_->put([&answer](mail& m) { m.asked.push_back(answer); })) answer();
    }

    bool stop(std::chrono::milliseconds grace) {
        if (!thread_.joinable()) return !cancelled_;
        put([until = steady::now() + grace](mail& m) { m.stop = until; });
        thread_.join();
        return !cancelled_;
    }

    std::vector<lane_status> snapshot() const {
        const std::lock_guard lock(status_mutex_);
        return statuses_;
    }

    void note_configured(const std::vector<lane_setup>& lanes) {
        const std::lock_guard lock(status_mutex_);
        configured_.clear();
        for (const auto& each : lanes)
            configured_.emplace_back(each.name, each.common.retry.max_delay);
    }

    engine::handlers configured() const {
        const std::lock_guard lock(status_mutex_);
        return configured_;
    }

private:
    void run() {
        runtime::name_this_thread("delivery");
        runtime::let_others_go_first();
        for (mail arrived;;) {
            box_->take(next_look(), arrived);
            take(arrived);
            arrived.clear();
            const auto now = steady::now();
            if (!stop_by_) begin_attempts(now);
            recorder_.send(now);
            if (!stop_by_ && sweeper_.wants_work(now)) sweeper_.work(names(), now);
            if (!stop_by_ && recaller_.wants_work(now)) recaller_.work(configured(), now);
            publish();
            if (stop_by_ && stopped(now)) break;
        }
        const auto left = box_->close();
        for (const auto& answer : left.asked)
            answer();
        left.tell_reconsidered(); // no claim is left, so none will begin
    }

    void take(mail& m) {
        const auto now = steady::now();
        for (auto& each : m.ended)
            end(*each);
        if (m.lanes) replace_lanes(std::move(*m.lanes));
        if (m.recorded) recorded(recorder_.answered(*m.recorded, now));
        if (m.swept) sweeper_.answered(*m.swept, now);
        if (m.recalled) wake(recaller_.answered(*m.recalled, now));
        if (m.leapt) {
            log::warning("the wall clock leapt; what waits is looked at anew");
            recaller_.look_soon();
            m.woken = true; // what is due by the new time may begin
        }
        if (m.reopen) reopen();
        for (const auto& answer : m.asked)
            answer();
        if (!m.reconsider.empty()) {
            for (auto& each : lanes_)
                store_.release(each->reconsider());
            m.tell_reconsidered();
        }
        if (m.woken)
            for (auto& each : lanes_)
                each->wake();
        if (m.stop && !stop_by_) {
            stop_by_ = *m.stop;
            for (auto& each : lanes_)
                store_.release(each->drop_claims());
        }
    }

    /// Whoever ran the attempts: the lane that bears the name now has what follows from them.
    void recorded(const std::shared_ptr<const recorder::batch>& batch) {
        if (!batch) return;
        for (const auto& each : *batch)
            if (auto* where = lane_of(each.handler)) where->recorded(each.finished, each.in_sequence);
    }

    void wake(std::string_view handler) {
        if (auto* where = lane_of(handler)) where->wake();
    }

    lane* lane_of(std::string_view handler) const {
        const auto found =
            std::find_if(lanes_.begin(), lanes_.end(), [&](const auto& l) { return l->name() == handler; });
        return found == lanes_.end() ? nullptr : found->get();
    }

    void begin_attempts(steady::time_point now) {
        const bool may_claim = turns_.begin(now, writer_) || !turns_.crowded();
        for (auto& each : lanes_) {
            if (const auto stale = each->take_stale(now); !stale.empty()) store_.release(stale);
            // A claim may be cut short by its bytes: again, until nothing is wanted.
            do {
                while (auto next = each->next_attempt(now))
                    begin(next, each, box_, clock_);
            } while (may_claim && !recorder_.full() && claim(*each, now) && !turns_.crowded());
        }
    }

    /// Whether anything was claimed.
    bool claim(lane& where, steady::time_point now) {
        const auto wanted = where.next_claim(clock_.now(), now, turns_.crowded());
        if (!wanted) return false;
        auto answer = store_.claim(*wanted);
        if (!answer) {
            log::error("deliveries cannot be claimed",
                       {{"handler", where.name()}, {"reason", to_string(answer.error())}});
            where.claim_failed(now);
            return false;
        }
        const bool some = !answer->deliveries.empty();
        where.claimed(std::move(*answer), now);
        return some;
    }

    void end(attempt& a) {
        const auto now = steady::now();
        const lane::ending when{clock_.now(), believed_.now(), now};
        if (auto finished = a.where->ended(a, chance_(random_), when))
            recorder_.add({a.where->name(), a.which.in_sequence, std::move(*finished)}, a.which.in_sequence,
                          now);
        else
            give_back(a);
        // What still waits for a handler that is no more could not be failed while its last attempts ran.
        if (std::erase_if(retiring_, [](const auto& l) { return l->running() == 0; }) > 0)
            sweeper_.look_soon();
    }

    void give_back(const attempt& a) {
        if (!stop_by_) a.where->rest(a.outcome.reason, steady::now());
        store_.release({&a.which.id, 1});
        wake(a.where->name());
    }

    void replace_lanes(std::vector<lane_setup> setups) {
        std::vector<std::shared_ptr<lane>> fresh;
        for (auto& setup : setups) {
            const auto same = std::find_if(lanes_.begin(), lanes_.end(), [&](const auto& l) {
                return l->name() == setup.name && l->has(setup.handler.get());
            });
            if (same == lanes_.end()) {
                auto counted = counters_of(setup.name);
                fresh.push_back(std::make_shared<lane>(std::move(setup), std::move(counted)));
            } else {
                (*same)->change(setup.common);
                fresh.push_back(*same);
            }
        }
        for (auto& old : lanes_) {
            if (std::find(fresh.begin(), fresh.end(), old) != fresh.end()) continue;
            store_.release(old->drop_claims());
            if (old->running() > 0) retiring_.push_back(old);
        }
        lanes_ = std::move(fresh);
        sweeper_.look_soon();
    }

    /// A handler that changed, or comes back while its last attempts still run, goes on counting.
    std::shared_ptr<attempt_counters> counters_of(const std::string& name) const {
        for (const auto* group : {&lanes_, &retiring_})
            for (const auto& each : *group)
                if (each->name() == name) return each->counted();
        return std::make_shared<attempt_counters>();
    }

    void reopen() {
        for (auto& each : lanes_)
            each->handler().reopen();
    }

    /// Of all handlers that still have something to do: what waits for others is failed.
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for_each_lane([&all](const lane& l) { all.push_back(l.name()); });
        return all;
    }

    template <class Do>
    void for_each_lane(Do what) const {
        for (const auto* group : {&lanes_, &retiring_})
            for (const auto& each : *group)
                what(*each);
    }

    bool stopped(steady::time_point now) {
        std::size_t running = 0;
        for_each_lane([&running](const lane& l) { running += l.running(); });
        if (running == 0 && recorder_.idle() && sweeper_.idle() && recaller_.idle()) return true;
        if (now < *stop_by_) return false;
        if (running > 0 && !cancelled_) {
            cancelled_ = true;
            log::warning("attempts under way are cut off: the grace was over", {{"attempts", running}});
            for_each_lane([](const lane& l) { l.handler().cancel(); });
        }
        if (now < *stop_by_ + last_wait) return false;
        log::error(running > 0 ? "a handler does not end its attempts"
                               : "the store does not answer; the last attempts will be made again",
                   {{"attempts", running}});
        return true;
    }

    std::optional<steady::time_point> next_look() const {
        std::optional<steady::time_point> earliest;
        const auto consider = [&](std::optional<steady::time_point> t) {
            if (t && (!earliest || *t < *earliest)) earliest = t;
        };
        const auto now = steady::now();
        consider(recorder_.next_try());
        consider(sweeper_.next_look());
        consider(recaller_.next_look());
        if (stop_by_) {
            consider(now < *stop_by_ ? *stop_by_ : *stop_by_ + last_wait);
            return earliest;
        }
        if (turns_.crowded()) consider(turns_.next());
        for (const auto& each : lanes_) {
            consider(each->next_look());
            if (const auto due = each->next_due())
                consider(now + std::max<std::chrono::microseconds>(*due - clock_.now(), 1ms));
        }
        return earliest;
    }

    void publish() {
        const std::lock_guard lock(status_mutex_);
        statuses_.resize(lanes_.size());
        for (std::size_t i = 0; i < lanes_.size(); ++i)
            statuses_[i] = lanes_[i]->status();
    }

    store::event_store& store_;
    store::group_writer& writer_;
    const runtime::clock& clock_;
    const runtime::clock& believed_;
    std::shared_ptr<mailbox> box_ = std::make_shared<mailbox>();
    recorder recorder_;
    sweeper sweeper_;
    recaller recaller_;
    std::vector<std::shared_ptr<lane>> lanes_;
    std::vector<std::shared_ptr<lane>> retiring_; ///< replaced, with attempts under way
    claim_turns turns_;
    std::optional<steady::time_point> stop_by_;
    std::atomic<bool> started_ = false;
    std::atomic<bool> cancelled_ = false;
    std::mt19937_64 random_{std::random_device{}()};
    std::uniform_real_distribution<double> chance_{0, 1};
    mutable std::mutex status_mutex_;
    std::vector<lane_status> statuses_;
    engine::handlers configured_;
    std::thread thread_;
    std::optional<runtime::clock_watch> clock_watch_;
    store::subscription commits_;
};

engine::engine(store::event_store& store, store::group_writer& writer, const runtime::clock& clock,
               const runtime::clock& believed, std::string instance)
    : self_(std::make_unique<implementation>(store, writer, clock, believed, std::move(instance))) {}

engine::~engine() {
    stop(0ms);
}

void engine::start(std::vector<lane_setup> lanes) {
    self_->note_configured(lanes);
    self_->start(std::move(lanes));
}

void engine::apply(std::vector<lane_setup> lanes) {
    self_->note_configured(lanes);
    self_->put([&](mail& m) { m.lanes = std::move(lanes); });
}

void engine::reconsider(std::function<void()> done) {
    self_->reconsider(std::move(done));
}

void engine::ask(const std::function<void()>& answer) {
    self_->ask(answer);
}

void engine::reopen_files() {
    self_->put([](mail& m) { m.reopen = true; });
}

bool engine::stop(std::chrono::milliseconds grace) {
    return self_->stop(grace);
}

engine::handlers engine::configured() const {
    return self_->configured();
}

std::vector<lane_status> engine::snapshot() const {
    return self_->snapshot();
}

} // namespace webhookd::delivery
