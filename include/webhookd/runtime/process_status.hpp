#pragma once

#include <webhookd/time.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace webhookd::runtime {

/// The resources that this process uses.
struct process_status {
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_files = 0;
    std::uint64_t open_files_limit = 0;
    std::uint64_t threads = 0;
    std::chrono::microseconds cpu{}; ///< user and system
    timestamp started;
};

/// As /proc tells it; nullopt where it does not (it may not be mounted). Any thread; reads a few small files.
[[nodiscard]] std::optional<process_status> read_process_status();

} // namespace webhookd::runtime
