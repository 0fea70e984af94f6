#pragma once

namespace webhookd::cli {

/// What every command ends with: sysexits.h, so that scripts and systemd can tell the cases apart.
enum exit_code : int {
    exit_ok = 0,
    exit_refused = 1, ///< `trigger`: the daemon answered, but did not accept everything
    exit_usage = 64,  ///< the command line makes no sense
    exit_data = 65, ///< an input is there but is not what it should be; `verify`: the signature does not hold
    exit_no_input = 66,    ///< a file to read is not there
    exit_unavailable = 69, ///< a service could not be reached
    exit_software = 70,    ///< a bug of ours
    exit_cannot_create = 73,
    exit_io = 74,
    exit_config = 78,
};

} // namespace webhookd::cli
