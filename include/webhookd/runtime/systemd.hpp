#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// The interface to the service manager. Without systemd every call does nothing.
namespace webhookd::runtime::systemd {

/// A listening socket that was passed in; the caller owns the descriptor.
struct inherited_socket {
    int descriptor;
    std::string name; ///< FileDescriptorName= of the socket unit
};

/// Takes the passed sockets (sd_listen_fds(3)) and clears the environment, so that children do not see them.
/// Once.
[[nodiscard]] std::vector<inherited_socket> take_sockets();

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_watchdog();

/// How often WATCHDOG=1 is expected at the latest; nullopt when no watchdog is set.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

/// Whether standard error is the journal itself, which takes a priority at the front of each line
/// (systemd.exec(5), $JOURNAL_STREAM).
[[nodiscard]] bool logs_to_journal();

} // namespace webhookd::runtime::systemd
