#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace webhookd::test {

struct process_usage {
    std::chrono::milliseconds
        cpu{}; ///< user and system time of all its threads so far; the kernel counts in 10 ms
    std::chrono::milliseconds
        children_cpu{};               ///< the same of its children that have ended and were waited for
    std::uint64_t peak_rss_bytes = 0; ///< VmHWM: the most it ever had resident
    std::uint64_t write_calls = 0;    ///< system calls that write, where the kernel tells; else 0
};

/// What /proc tells about a running process; zeros when it has ended.
[[nodiscard]] process_usage usage_of(pid_t pid);

/// Waits until the process has used no CPU time worth mentioning for a quarter of a second: it has done what
/// it had to do. False when it stays busy for the whole bound.
bool wait_until_idle(pid_t pid, std::chrono::milliseconds bound);

} // namespace webhookd::test
