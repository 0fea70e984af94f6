#pragma once

#include <string>

namespace webhookd::runtime {

/// What the service manager lets the daemon do (AmbientCapabilities=: change users, open low ports) stays the
/// daemon's own: programs of shell handlers start without it, whichever user they run as. Before any thread
/// starts.
void keep_capabilities_from_programs();

/// What the calling thread lacks of what it takes to run programs as other users and to end them when their
/// time is over, such as "CAP_SETUID, CAP_KILL"; empty: nothing.
[[nodiscard]] std::string lacks_for_other_users();

} // namespace webhookd::runtime
