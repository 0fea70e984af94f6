#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/stop_bound.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <unistd.h>

namespace webhookd::runtime {

stop_bound::stop_bound(std::chrono::milliseconds bound, int exit_code)
    : thread_([this, bound, exit_code] { watch(bound, exit_code); }) {}

stop_bound::~stop_bound() {
    {
        const std::lock_guard lock{mutex_};
        ended_ = true;
    }
    over_.notify_one();
    thread_.join();
}

void stop_bound::watch(std::chrono::milliseconds bound, int exit_code) {
    name_this_thread("stop-bound");
    std::unique_lock lock{mutex_};
    if (over_.wait_for(lock, bound, [this] { return ended_; })) return;
    log::error("the stop hangs; the process ends now, and what was acknowledged is on disk",
               {{"after_ms", bound.count()}});
    log::stop();
    ::_exit(exit_code);
}

} // namespace webhookd::runtime
