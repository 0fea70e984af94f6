#pragma once

#include <webhookd/error.hpp>

/// What the process and its commands end with, after sysexits.h.
namespace webhookd::exit_code {

enum code : int {
    ok = 0,
    failed = 1,         ///< it ran, and the answer is no
    usage = 64,         ///< a wrong call
    data_error = 65,    ///< what was handed in is wrong
    no_input = 66,      ///< a file is missing or cannot be read
    unavailable = 69,   ///< a port, the store, a key set or the daemon
    software = 70,      ///< a bug, or an end that hung
    os_error = 71,      ///< the system refuses what every process has
    cannot_create = 73, ///< a file cannot be written
    io_error = 74,      ///< a disk failed
    no_permission = 77,
    configuration = 78,
};

/// What a failure ends with where nothing more is known of it than its code.
[[nodiscard]] code of(errc failed) noexcept;

} // namespace webhookd::exit_code
