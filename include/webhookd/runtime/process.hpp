#pragma once

#include <string>

/// Settings of the process, made before any thread starts.
namespace webhookd::runtime {

/// Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no file of ours gets one of
/// these numbers and what is meant for a terminal. Call it first in `main`. False when that is not possible:
/// then nothing may be opened.
[[nodiscard]] bool occupy_standard_descriptors() noexcept;

/// The duties of process 1 in a container. As process 1 it forks: the child returns and goes on as the
/// daemon; process 1 itself stays behind, hands SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 on to
/// it, reaps whatever the programs of handlers leave orphaned, and ends as the daemon ends (128 and the
/// signal's number after a signal). Anywhere else, and when it cannot fork, it does nothing. Before any
/// thread starts.
void serve_as_init();

/// What the service manager lets the daemon do (AmbientCapabilities=: change users, open low ports) stays the
/// daemon's own: programs of shell handlers start without it, whichever user they run as. Before any thread
/// starts.
void keep_capabilities_from_programs();

/// The capabilities that the calling thread lacks to run programs as other users and to end them when their
/// time is over, such as "CAP_SETUID, CAP_KILL"; empty: nothing.
[[nodiscard]] std::string lacks_for_other_users();

} // namespace webhookd::runtime
