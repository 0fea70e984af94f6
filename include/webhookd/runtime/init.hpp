#pragma once

namespace webhookd::runtime {

/// The duties of a container's first process. As process 1 it forks: the child returns and goes on as the
/// daemon; process 1 itself stays behind, hands SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 on to
/// it, reaps whatever the programs of handlers leave orphaned, and ends as the daemon ends (128 and the
/// signal's number after a signal). Anywhere else, and when it cannot fork, it does nothing. Before any
/// thread starts.
void serve_as_init();

} // namespace webhookd::runtime
