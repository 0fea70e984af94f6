#pragma once

#include <webhookd/config/config.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace webhookd {

/// A configuration that was read.
struct read_configuration {
    std::optional<config::configuration> value; ///< none: it has mistakes
    std::vector<std::string> diagnostics;       ///< mistakes and warnings, with their places
};

struct daemon_options {
    config::configuration configuration;
    std::vector<std::string> warnings;          ///< about the configuration, for the log
    std::function<read_configuration()> reload; ///< reads it anew
    bool dry_run = false;                       ///< handlers do not run; the log tells which would
};

/// Runs the daemon until SIGTERM or SIGINT, in the foreground. Returns the process's exit code (sysexits.h):
/// 0 after an orderly shutdown, 69 when a listener or the store cannot be had, 74 when the disk fails at the
/// start, 78 when the configuration cannot be carried out. Reports by log lines; opens everything before it
/// accepts anything. Blocks the calling thread; call once in a process, before other threads are started.
int run_daemon(const daemon_options& options);

} // namespace webhookd
