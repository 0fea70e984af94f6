#include "bench/events/webhooks.hpp"

#include "bench/delivery/daemon.hpp"

#include <fmt/format.h>

#include <utility>

namespace webhookd::bench {

webhooks::webhooks(std::uint16_t port, std::span<const std::string> requests, std::size_t runs,
                   const options& opts, std::string& problem)
    : left_(requests)
    , slice_(requests.size() / runs)
    , problem_(problem) {
    plan_.port = port;
    plan_.connections = opts.connections;
}

test::load_result webhooks::send(double rate) {
    plan_.requests = left_.first(slice_);
    plan_.rate = rate;
    left_ = left_.subspan(slice_);
    auto load = test::run_load(plan_);
    if (!load.flawless(slice_))
        note(problem_,
             fmt::format("of {} webhooks {} were accepted; {}", slice_, load.accepted, load.problem));
    return load;
}

test::load_result webhooks::send_beside(const char* what, endless::step step, std::uint64_t& done,
                                        double rate) {
    endless running(std::move(step));
    auto load = send(rate);
    const auto [count, problem] = running.end();
    done += count;
    note(problem_, problem);
    if (count == 0) note(problem_, fmt::format("nothing came of the {}", what));
    return load;
}

} // namespace webhookd::bench
