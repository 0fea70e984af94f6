#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/error.hpp>
#include <webhookd/handler/handler.hpp>

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::handler {

/// Who a program runs as.
struct shell_user {
    uid_t id;
    gid_t group;
    std::vector<gid_t> groups; ///< all of them, `group` included
    std::string home;
};

/// Looks a user and the user's groups up in the system's databases (getpwnam(3), getgrouplist(3)).
/// Errors: configuration_invalid when there is no such user.
[[nodiscard]] result<shell_user> find_user(const std::string& name);

/// This process is that user already, so that changing users, which takes a privilege, is not needed.
[[nodiscard]] bool is_this_process(const shell_user& user) noexcept;

/// A longer value is left empty: execve(2) refuses a variable of 128 KiB, and with it the whole run.
inline constexpr std::size_t max_variable = 32 * 1024;

/// `NAME=value` for what every run of a handler shares: PATH, HOME and LANG of this process (`home`, unless
/// empty, instead of its HOME), overruled by `env`. Without a PATH it is the usual one.
[[nodiscard]] std::vector<std::string> base_environment(const std::map<std::string, std::string>& env,
                                                        std::string_view home);

/// Adds the UNIVERSIGN_ variables of one attempt, as the table in shell_handler.hpp says.
void add_event_variables(std::vector<std::string>& environment, std::string_view handler_name,
                         const delivery& d);

/// The value of a variable in `NAME=value` entries; empty when it is not there.
[[nodiscard]] std::string_view variable(const std::vector<std::string>& environment, std::string_view name);

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
