#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace webhookd::runtime {

/// Asks threads that must make progress for a heartbeat, and tells which do not give one.
class roll_call {
public:
    using clock = std::chrono::steady_clock;
    using answer = std::function<void()>;

    /// A thread may spend this long on one piece of work.
    static constexpr std::chrono::seconds answer_timeout{5};

    /// `ask` passes the answer to a thread, which calls it in its next round; it does not block. Before the
    /// first call.
    void add(std::string name, std::function<void(answer)> ask);
    /// Asks all that have answered the last time. On one thread, every second or so.
    void call(clock::time_point now = clock::now());
    /// The names of those that were asked this long before the last call and have not answered yet (time
    /// without calls does not count), and `main` when no call came for twice `answer_timeout`. Any thread.
    [[nodiscard]] std::vector<std::string>
    silent(std::chrono::milliseconds longer_than = answer_timeout) const;

private:
    struct member {
        std::string name;
        std::function<void(answer)> ask;
        clock::time_point asked;
        std::shared_ptr<std::atomic<bool>> answered;
    };
    mutable std::mutex mutex_;
    std::vector<member> members_;
    clock::time_point last_call_;
};

} // namespace webhookd::runtime
