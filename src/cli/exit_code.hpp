#pragma once
namespace webhookd::cli {
/// Exit codes follow sysexits.h.
enum exit_code : int {
    ok = 0,
    failed = 1,
    usage = 64,
    data_error = 65,
    no_input = 66,
    unavailable = 69,
    software = 70,
    cannot_create = 73,
    io_error = 74,
    no_permission = 77,
    configuration = 78
};
} // namespace webhookd::cli
