#pragma once

#include "delivery/attempt.hpp"
#include "delivery/schedule.hpp"
#include "support/scripted_handler.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::test {

/// What the schedule decides about, in memory: performs its actions at a time that the test moves, and lets
/// those fail that the test chooses. What a store does on its writer's thread comes back after the round.
class delivery_world {
public:
    using steady = delivery::schedule::steady;
    using ids = std::vector<store::delivery_id>;

    struct row {
        std::string handler;
        steady::time_point due;
        store::delivery_state state = store::delivery_state::pending;
        std::int64_t token = 0; ///< of the last claim; 0: nobody's
        steady::time_point leased_until = {};
        int attempts = 0; ///< recorded
    };

    delivery::schedule schedule;
    steady::time_point now{std::chrono::hours(1)};
    std::map<store::delivery_id, row> rows;
    std::vector<std::shared_ptr<delivery::attempt>> running;
    std::vector<std::string> actions; ///< performed so far
    /// A circuit that is not closed, as the store has it.
    struct circuit {
        std::int64_t opening = 0;
        steady::time_point until = {};
        steady::time_point tested_until = {};
        bool tested_here = false; ///< and not by another instance
    };
    std::map<std::string, circuit> circuits;
    /// Asked for each action that can fail; empty: none does.
    std::function<bool(const std::string& action)> fails;
    std::size_t last_limit = 0; ///< of the last claim

    /// The same object for the same name, until it is renewed.
    delivery::handler_setup setup(const std::string& name, const config::handler_common& common = {}) {
        auto& made = handlers_[name];
        if (!made) made = std::make_shared<scripted_handler>();
        return {name, common, made};
    }
    void renew(const std::string& name) { handlers_.erase(name); }
    void add(store::delivery_id id, const std::string& handler) {
        rows[id] = {.handler = handler, .due = now};
    }
    /// So many for the handler crm, from 1 on.
    void add_many(store::delivery_id deliveries) {
        for (store::delivery_id id = 1; id <= deliveries; ++id)
            add(id, "crm");
    }
    /// Nothing but deliveries is left to do.
    void settle_in() {
        advance(std::chrono::seconds{30});
        actions.clear();
    }
    /// The handler crm, alone and settled in, gets so many deliveries, and they are claimed.
    void begin(store::delivery_id deliveries, const config::handler_common& common = {}) {
        schedule.configure({setup("crm", common)});
        settle_in();
        add_many(deliveries);
        schedule.wake();
        work();
    }

    /// Until nothing is to be done at this moment.
    void work() {
        for (;;) {
            auto todo = schedule.next(now);
            auto due = std::exchange(later_, {});
            if (todo.empty() && due.empty()) return;
            for (auto& each : todo)
                std::visit([this](auto& what) { perform(what); }, each);
            for (auto& each : due)
                each();
        }
    }

    /// Ends a running attempt, and does what follows.
    void end(store::delivery_id id, handler::verdict v = handler::verdict::successful) {
        const auto found = std::find_if(running.begin(), running.end(),
                                        [id](const auto& a) { return a->which.claim.id == id; });
        const auto a = *found;
        running.erase(found);
        a->outcome = {v, 0, v == handler::verdict::successful ? "" : "a reason", {}, {}};
        schedule.ended(*a, 0, {timestamp{}, timestamp{}, now});
        work();
    }

    /// Lets so much time go by, and does what is to be done meanwhile.
    void advance(std::chrono::milliseconds by) {
        const auto until = now + by;
        for (;;) {
            const auto at = schedule.wake_at(now);
            if (!at || *at > until) break;
            now = std::max(now, *at);
            work();
        }
        now = until;
        work();
    }

    /// Whether all deliveries end within an hour in which every attempt succeeds.
    bool settles() {
        for (int second = 0; second < 3600; ++second) {
            while (!running.empty())
                end(running.front()->which.claim.id);
            const auto waits = [](const auto& r) {
                return r.second.state == store::delivery_state::pending || r.second.token != 0;
            };
            if (std::none_of(rows.begin(), rows.end(), waits)) return true;
            advance(std::chrono::seconds(1));
        }
        return false;
    }

    /// Another instance opens the circuit of crm, and all hear of it.
    void open_elsewhere(std::chrono::seconds open_for) {
        circuits["crm"] = {++last_opening_, now + open_for, {}, false};
        schedule.circuits_changed();
        work();
    }
    /// Another instance takes the test of the circuit of crm.
    void test_elsewhere(std::chrono::seconds lease) {
        auto& crm = circuits.at("crm");
        crm.tested_until = now + lease;
        crm.tested_here = false;
    }
    void close_elsewhere() {
        circuits.erase("crm");
        schedule.circuits_changed();
        work();
    }

    /// Another process claims it.
    void steal(store::delivery_id id) { rows.at(id).token = ++last_token_; }

    [[nodiscard]] ids running_ids() const {
        ids all;
        for (const auto& each : running)
            all.push_back(each->which.claim.id);
        return all;
    }
    [[nodiscard]] std::ptrdiff_t count(const std::string& action) const {
        return std::count(actions.begin(), actions.end(), action);
    }

private:
    [[nodiscard]] bool begin(const std::string& action) {
        actions.push_back(action);
        return !fails || !fails(action);
    }
    static failure broken() { return {errc::store_io, "the test says so"}; }

    void perform(delivery::start_attempt& what) {
        const bool good = begin("start");
        running.push_back(what.attempt);
        if (good) return;
        later_.emplace_back(
            [this, id = what.attempt->which.claim.id] { end(id, handler::verdict::abandoned); });
    }

    void perform(delivery::claim_deliveries& what) {
        if (!begin("claim")) return schedule.claimed(*what.queue, broken(), now);
        last_limit = what.request.limit;
        store::claim_answer answer;
        const auto held = circuits.find(std::string{what.request.handler});
        answer.circuit_open = !what.request.despite_circuit && held != circuits.end() &&
                              !(held->second.tested_here && held->second.tested_until > now);
        if (answer.circuit_open) return schedule.claimed(*what.queue, std::move(answer), now);
        for (auto& [id, r] : rows) {
            if (r.handler != what.request.handler || r.state != store::delivery_state::pending) continue;
            if (r.token != 0 && r.leased_until > now) continue;
            if (r.due > now) {
                const auto in = std::chrono::duration_cast<std::chrono::microseconds>(r.due - now);
                answer.next_due = std::min(answer.next_due.value_or(in), in);
                continue;
            }
            answer.more = answer.deliveries.size() == what.request.limit;
            if (answer.more) break;
            r.token = ++last_token_;
            r.leased_until = now + what.request.lease;
            answer.deliveries.emplace_back().claim = {id, r.token};
        }
        schedule.claimed(*what.queue, std::move(answer), now);
    }

    void perform(delivery::extend_claims& what) {
        if (!begin("extend")) return schedule.extended(broken(), now);
        ids lost;
        for (const auto& each : what.claims) {
            auto& r = rows.at(each.id);
            if (r.token == each.token)
                r.leased_until = now + what.lease;
            else
                lost.push_back(each.id);
        }
        schedule.extended(lost, now);
    }

    void perform(delivery::release_claims& what) {
        static_cast<void>(begin("release"));
        for (const auto& each : what.claims)
            if (auto& r = rows.at(each.id); r.token == each.token) r.token = 0;
    }

    void perform(delivery::write_results& what) {
        const bool good = begin("write");
        later_.emplace_back([this, good, results = what.results] {
            if (good)
                schedule.written(write(*results), now);
            else
                schedule.written(broken(), now);
        });
    }

    ids write(const std::vector<delivery::pending_result>& results) {
        ids fenced;
        for (const auto& each : results) {
            auto& r = rows.at(each.finished.claim.id);
            if (r.token != each.finished.claim.token) {
                fenced.push_back(each.finished.claim.id);
                continue;
            }
            r.state = each.finished.state;
            r.due = now + each.finished.delay;
            r.token = 0;
            ++r.attempts;
        }
        return fenced;
    }

    void perform(delivery::count_waiting&) {
        if (!begin("count")) return schedule.waiting_counted(broken(), now);
        std::map<std::string, std::int64_t> waiting;
        for (const auto& [id, r] : rows)
            waiting[r.handler] += r.state == store::delivery_state::pending ? 1 : 0;
        schedule.waiting_counted(waiting, now);
    }

    void perform(delivery::fail_orphans& what) {
        const bool good = begin("fail orphans of " + what.handler);
        later_.emplace_back([this, good, handler = what.handler] {
            if (!good) return schedule.orphans_failed(broken(), now);
            std::size_t failed = 0;
            for (auto& [id, r] : rows) {
                if (r.handler != handler || r.state != store::delivery_state::pending) continue;
                r.state = store::delivery_state::failed;
                ++failed;
            }
            schedule.orphans_failed(failed, now);
        });
    }

    void perform(delivery::call_back& what) {
        const bool good = begin("call back " + what.handler);
        later_.emplace_back([this, good, what] {
            if (!good) return schedule.called_back(broken(), now);
            std::size_t called = 0;
            for (auto& [id, r] : rows) {
                if (r.handler != what.handler || r.due <= now + what.longest_delay) continue;
                r.due = now;
                ++called;
            }
            schedule.called_back(called, now);
        });
    }

    void perform(delivery::open_circuit& what) {
        if (!begin("open circuit")) return schedule.circuit_opened(*what.queue, broken(), now);
        auto& held = circuits[what.queue->name()];
        if (held.opening == 0 || held.tested_here || (held.until <= now && held.tested_until <= now))
            held = {++last_opening_, now + what.open_for, {}, false};
        schedule.circuit_opened(*what.queue, held.opening, now);
    }

    void perform(delivery::close_circuit& what) {
        if (!begin("close circuit")) return schedule.circuit_closed(what.queue.get(), broken(), now);
        const auto held = circuits.find(what.handler);
        if (held != circuits.end() && held->second.opening == what.opening) circuits.erase(held);
        schedule.circuit_closed(what.queue.get(), {}, now);
    }

    void perform(delivery::test_circuit& what) {
        if (!begin("test circuit")) return schedule.circuit_tested(*what.queue, broken(), now);
        const auto held = circuits.find(what.queue->name());
        const bool taken = held != circuits.end() && held->second.until <= now &&
                           (held->second.tested_here || held->second.tested_until <= now);
        if (taken) {
            held->second.tested_here = true;
            held->second.tested_until = now + delivery::shared_circuit::lease;
        }
        schedule.circuit_tested(*what.queue, taken, now);
    }

    void perform(delivery::read_circuits&) {
        if (!begin("read circuits")) return schedule.circuits_read(broken(), now);
        std::vector<store::circuit_record> all;
        for (const auto& [handler, each] : circuits) {
            const auto until = each.tested_here ? each.until : std::max(each.until, each.tested_until);
            const auto left = std::max(until - now, steady::duration{0});
            all.push_back({handler, each.opening, std::chrono::ceil<std::chrono::microseconds>(left),
                           each.tested_here && each.tested_until > now});
        }
        schedule.circuits_read(all, now);
    }

    void perform(delivery::cancel_handlers&) {
        static_cast<void>(begin("cancel"));
        for (const auto& each : running)
            later_.emplace_back([this, id = each->which.claim.id] { end(id, handler::verdict::abandoned); });
    }

    std::map<std::string, std::shared_ptr<scripted_handler>> handlers_;
    std::vector<std::function<void()>> later_;
    std::int64_t last_token_ = 0;
    std::int64_t last_opening_ = 0;
};

} // namespace webhookd::test
