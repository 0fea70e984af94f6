#pragma once

#include <webhookd/runtime/this_thread.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <utility>

namespace webhookd::bench {

/// Does something again and again, at least once, in a thread of its own, beside what is measured.
class endless {
public:
    /// Answers how much it did; throws std::exception when it cannot go on. It may break off once `enough`.
    using step = std::function<std::uint64_t(const std::atomic<bool>& enough)>;

    /// Returns when the thread is at work.
    explicit endless(step s)
        : thread_([this, s = std::move(s)] { run(s); }) {
        begun_.wait();
    }

    /// Once: what was done, and why nothing more was, if anything.
    std::pair<std::uint64_t, std::string> end() {
        enough_ = true;
        thread_.join();
        return {done_, problem_};
    }

private:
    void run(const step& s) {
        // Elsewhere, usually: the daemon's answers are measured, and not this.
        runtime::lower_priority();
        begun_.count_down();
        try {
            do
                done_ += s(enough_);
            while (!enough_);
        } catch (const std::exception& e) {
            problem_ = e.what();
        }
    }

    std::latch begun_{1};
    std::atomic<bool> enough_{false};
    std::uint64_t done_ = 0;
    std::string problem_;
    std::thread thread_;
};

} // namespace webhookd::bench
