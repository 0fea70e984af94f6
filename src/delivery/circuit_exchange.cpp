#include "delivery/circuit_exchange.hpp"

#include <webhookd/runtime/log.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

constexpr auto pause_after_failed_exchange = 1s;

action to_action(const circuit_call& call, const std::shared_ptr<handler_queue>& queue) {
    switch (call.what) {
    case circuit_call::kind::open:
        return open_circuit{queue, call.open_for};
    case circuit_call::kind::close:
        return close_circuit{queue->name(), call.opening, queue};
    case circuit_call::kind::test:
        break;
    }
    return test_circuit{queue};
}

} // namespace

void circuit_exchange::give_up(const std::string& handler, std::int64_t opening) {
    if (opening != 0) given_up_.push_back({handler, opening, nullptr});
}

void circuit_exchange::add_actions(std::vector<action>& to, const queues& all, bool stopping,
                                   steady::time_point now) {
    const auto before = to.size();
    for (auto& each : std::exchange(given_up_, {}))
        to.emplace_back(std::move(each));
    for (const auto& each : all)
        if (const auto call = each->next_circuit_call(now, !stopping)) to.push_back(to_action(*call, each));
    if (stopping || to.size() > before || !read_at_ || now < *read_at_) return;
    read_at_.reset();
    const bool needed =
        std::any_of(all.begin(), all.end(), [](const auto& each) { return each->has_circuit(); });
    if (needed) to.emplace_back(read_circuits{});
}

void circuit_exchange::note_trouble(const std::optional<failure>& trouble, steady::time_point now) {
    const bool was_away = std::exchange(away_, trouble.has_value());
    if (trouble) read_at_ = now + pause_after_failed_exchange;
    if (trouble && !was_away)
        log::warning("the store does not tell which circuits are open; this daemon goes by its own",
                     {{"reason", to_string(*trouble)}});
    if (!trouble && was_away) log::info("the store tells again which circuits are open");
}

} // namespace webhookd::delivery
