#pragma once

#include <webhookd/runtime/roll_call.hpp>

#include <signal.h>

#include <functional>

namespace webhookd::runtime {

/// Runs on the main thread while the others work: waits for signals and keeps systemd's watchdog fed, as long
/// as every thread that must make progress shows heartbeats.
class supervisor {
public:
    /// Blocks SIGTERM, SIGINT and SIGHUP in this thread and in all that it will start; ignores SIGPIPE and
    /// SIGXFSZ. A second SIGTERM or SIGINT, after `run` has returned, ends the process at once: what is
    /// acknowledged is on disk.
    supervisor();

    /// Calls `reload` for every SIGHUP, and the roll every second; returns at the first SIGTERM or SIGINT.
    void run(roll_call& watched, const std::function<void()>& reload);

    /// Whether SIGTERM or SIGINT has come and `run` has not seen it yet: for a start that takes long. Any
    /// thread.
    [[nodiscard]] static bool end_is_asked();

    /// As if SIGHUP had come. Any thread.
    static void ask_for_reload();

private:
    sigset_t signals_{};
};

} // namespace webhookd::runtime
