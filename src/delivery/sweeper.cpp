#include "delivery/sweeper.hpp"

#include <webhookd/runtime/log.hpp>

#include <algorithm>
#include <chrono>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t sweep_batch = 500;
constexpr auto pause_after_failed_sweep = 1s;
constexpr auto second_look = 10s;
constexpr auto lease = 30s; ///< for one look, and failing what it finds
constexpr const char* reason = "the handler is not in the configuration any more";

} // namespace

sweeper::sweeper(store::delivery_query& query, store::delivery_queue& queue, store::this_instance self,
                 store::group_writer& writer, std::shared_ptr<mailbox> box, const runtime::clock& clock)
    : query_(query)
    , queue_(queue)
    , instance_(std::move(self))
    , writer_(writer)
    , box_(std::move(box))
    , clock_(clock) {}

void sweeper::look_soon() {
    look_at_ = circuit_breaker::clock::time_point();
    again_ = true;
}

std::optional<circuit_breaker::clock::time_point> sweeper::next_look() const noexcept {
    return under_way_ ? std::nullopt : look_at_;
}

bool sweeper::wants_work(circuit_breaker::clock::time_point now) const noexcept {
    return !under_way_ && (!gone_.empty() || (look_at_ && now >= *look_at_));
}

void sweeper::work(const std::vector<std::string>& alive, circuit_breaker::clock::time_point now) {
    if (gone_.empty() && look_at_ && now >= *look_at_) look(alive, now);
    // Back again by a change of the configuration: what is left may run.
    while (!gone_.empty() && std::find(alive.begin(), alive.end(), gone_.front()) != alive.end())
        gone_.pop_front();
    if (!gone_.empty()) send();
}

void sweeper::look(const std::vector<std::string>& alive, circuit_breaker::clock::time_point now) {
    look_at_.reset();
    const auto leads = instance_.try_lead(store::duty::orphans, lease);
    if (leads && !*leads) {
        look_at_ = now + second_look; // the leader may be gone by then
        return;
    }
    const auto waiting = leads ? query_.waiting_by_handler() : leads.error();
    if (!waiting) {
        log::error("what waits cannot be counted", {{"reason", to_string(waiting.error())}});
        look_at_ = now + pause_after_failed_sweep;
        return;
    }
    for (const auto& [name, count] : *waiting)
        if (count > 0 && std::find(alive.begin(), alive.end(), name) == alive.end()) gone_.push_back(name);
    if (std::exchange(again_, false)) look_at_ = now + second_look;
}

void sweeper::send() {
    under_way_ = writer_.submit_task([name = gone_.front(), box = box_, at = clock_.now(), &queue = queue_] {
        auto failed = queue.fail_waiting(name, reason, at, sweep_batch);
        box->put([&](mail& m) { m.swept = std::move(failed); });
    });
}

void sweeper::answered(const result<std::size_t>& failed, circuit_breaker::clock::time_point now) {
    under_way_ = false;
    if (!failed) {
        log::error("what waits for a handler that is no more cannot be failed",
                   {{"handler", gone_.front()}, {"reason", to_string(failed.error())}});
        gone_.clear();
        look_at_ = now + pause_after_failed_sweep;
        return;
    }
    failed_ += *failed;
    if (*failed == sweep_batch) return; // there may be more
    log::warning("deliveries failed: their handler is not in the configuration any more",
                 {{"handler", gone_.front()}, {"deliveries", failed_}});
    gone_.pop_front();
    failed_ = 0;
}

} // namespace webhookd::delivery
