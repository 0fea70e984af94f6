#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace webhookd::runtime {

/// The last resort of a stop whose steps are bounded but may block in a system call (a disk or a mount that
/// hangs): when it lives longer than the bound, it logs that and ends the process, which loses nothing that
/// was acknowledged.
class stop_bound {
public:
    stop_bound(std::chrono::milliseconds bound, int exit_code);
    ~stop_bound();
    stop_bound(const stop_bound&) = delete;
    stop_bound& operator=(const stop_bound&) = delete;

private:
    void watch(std::chrono::milliseconds bound, int exit_code);

    std::mutex mutex_;
    std::condition_variable over_;
    bool ended_ = false;
    std::thread thread_; ///< last: it uses all of the above
};

} // namespace webhookd::runtime
