#pragma once

#include "support/histogram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace webhookd::test {

struct load_plan {
    std::string address = "127.0.0.1"; ///< loopback only: this is no tool to throw at other people's servers
    std::uint16_t port = 0;
    std::span<const std::string> requests; ///< complete HTTP/1.1 requests; in this order
    std::size_t repeat = 1;                ///< how often the whole list is sent
    std::size_t connections = 64;          ///< kept alive, one request at a time on each
    /// Requests a second. 0 is the closed loop: a connection sends its next request when it has its answer,
    /// which measures throughput. Otherwise request i is due i/rate after the start whatever the answers do,
    /// and its latency counts from that moment, also when every connection was busy then: no coordinated
    /// omission.
    double rate = 0;
    std::chrono::seconds time_limit{120};  ///< then no request is sent any more
    std::chrono::seconds answer_limit{30}; ///< then a server that answers nothing any more is given up
};

struct load_result {
    histogram latency; ///< of the answers, whatever they said
    std::uint64_t sent = 0;
    std::uint64_t accepted = 0;  ///< 200 with `"status":"accepted"`
    std::uint64_t duplicate = 0; ///< 200 with `"status":"duplicate"`
    std::uint64_t unanswered = 0;
    std::map<int, std::uint64_t> other; ///< every other answer by its status
    std::uint64_t reconnects = 0;
    std::string problem; ///< the first thing that went wrong, in words; empty when nothing did
    std::chrono::nanoseconds duration{}; ///< from the first request to the last answer

    [[nodiscard]] std::uint64_t answered() const noexcept { return latency.count(); }
    [[nodiscard]] double throughput() const noexcept;
    /// Everything that was planned has been answered with `accepted`.
    [[nodiscard]] bool flawless(std::size_t planned) const noexcept {
        return accepted == planned && problem.empty();
    }
};

/// Sends the plan's requests from the calling thread alone, cheaply (epoll, nothing is formatted or copied
/// while it runs), since it shares the machine with the server it measures. Throws std::invalid_argument for
/// an address that is not loopback and std::system_error when nobody listens.
[[nodiscard]] load_result run_load(const load_plan& plan);

} // namespace webhookd::test
