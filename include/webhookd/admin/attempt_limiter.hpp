#pragma once

#include <webhookd/runtime/clock.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::admin {

/// Counts failed authentications of each client address, so that nobody can guess tokens quickly. After
/// `most_failures` within a window that begins with the first of them, the address waits for the window's
/// end. An IPv6 address counts with its whole /64, which one host may use at will. Memory is bounded: beyond
/// `most_clients` the one whose window ends first is forgotten. Any thread.
class attempt_limiter {
public:
    static constexpr int most_failures = 10;
    static constexpr std::chrono::seconds window{60};
    static constexpr std::size_t most_clients = 1024;

    /// The clock outlives the limiter.
    explicit attempt_limiter(const runtime::clock& clock)
        : clock_(clock) {}

    /// How long the client must wait, rounded up; nullopt: it may try.
    [[nodiscard]] std::optional<std::chrono::seconds> must_wait(std::string_view client) const;
    /// True when this failure makes the client wait from now on.
    bool failed(std::string_view client);

    /// Clients in memory.
    [[nodiscard]] std::size_t size() const;

private:
    struct record {
        timestamp began;
        int failures = 0;
    };
    void make_room(timestamp now);

    const runtime::clock& clock_;
    mutable std::mutex mutex_;
    std::map<std::string, record, std::less<>> clients_;
};

} // namespace webhookd::admin
