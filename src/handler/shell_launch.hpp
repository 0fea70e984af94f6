#pragma once

#include <webhookd/config/config.hpp>

#include "handler/shell_user.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::handler {

/// What all runs of a handler have in common.
struct launch_settings {
    std::vector<std::string> argv;    ///< at least the program
    std::string working_directory;    ///< empty: this process's own
    std::optional<shell_user> user{}; ///< nullopt: this process's own
    config::shell_limits limits{};
};

/// Descriptors that become standard input, and standard output and error together. Above 2.
struct launch_streams {
    int input;
    int output;
};

struct launched {
    pid_t pid = -1;             ///< -1: nothing runs, and then:
    int error = 0;              ///< errno
    std::string_view step = {}; ///< what could not be done; empty: running the program itself
};

/// The path of a program: a name with a slash is taken as it is, any other is searched in the absolute
/// folders of `path`. On an empty result the reason is in `error`: ENOENT or EACCES.
[[nodiscard]] std::string find_program(const std::string& name, std::string_view path, int& error);

/// Starts the program in a process group of its own, with default signal handling, nothing blocked, and no
/// descriptor but the three standard ones: not all that this process has open is close-on-exec (Asio's
/// sockets are not). Returns when the program runs or cannot be run.
[[nodiscard]] launched launch(const launch_settings& settings, const std::string& program,
                              const std::vector<std::string>& environment, launch_streams streams);

/// For what posix_spawn(3) cannot do: user and limits, that of descriptors included.
[[nodiscard]] launched launch_by_fork(const launch_settings& settings, const char* program, char* const* argv,
                                      char* const* environment, launch_streams streams);

} // namespace webhookd::handler
