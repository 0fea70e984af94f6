#pragma once

#include <filesystem>

/// The composition root: every object of the daemon in the order of its life, start, reload and stop. The
/// only room that knows them all, and that no other room may know.
namespace webhookd::daemon {

struct options {
    std::filesystem::path file; ///< the configuration
    bool dry_run = false;       ///< handlers do not run; the log tells which would
};

/// Runs the daemon until SIGTERM or SIGINT, in the foreground. Returns the process's exit code
/// (exit_code.hpp): 0 after an orderly shutdown, 69 when a listener or the store is not available, 74 when
/// the disk fails at the start, 78 when the configuration has mistakes, which go to standard error, or cannot
/// be applied. Reports by log lines; opens everything before it accepts anything. Blocks the calling thread;
/// call once in a process, before other threads are started.
int run(const options& options);

} // namespace webhookd::daemon
