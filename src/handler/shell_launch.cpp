#include "handler/shell_launch.hpp"

#include <webhookd/runtime/resources.hpp>

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace webhookd::handler {

namespace {

constexpr int first_above_standard = 3;

class spawn_attributes {
public:
    spawn_attributes() {
        posix_spawnattr_init(&value);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&value, &none);
        posix_spawnattr_setsigdefault(&value, &all);
        posix_spawnattr_setpgroup(&value, 0);
        posix_spawnattr_setflags(&value,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~spawn_attributes() { posix_spawnattr_destroy(&value); }
    spawn_attributes(const spawn_attributes&) = delete;
    spawn_attributes& operator=(const spawn_attributes&) = delete;

    posix_spawnattr_t value;
};

class spawn_actions {
public:
    spawn_actions(launch_streams streams, const std::string& directory) {
        posix_spawn_file_actions_init(&value);
        posix_spawn_file_actions_adddup2(&value, streams.input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&value, streams.output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&value, streams.output, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&value, first_above_standard);
        if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&value, directory.c_str());
    }
    ~spawn_actions() { posix_spawn_file_actions_destroy(&value); }
    spawn_actions(const spawn_actions&) = delete;
    spawn_actions& operator=(const spawn_actions&) = delete;

    posix_spawn_file_actions_t value;
};

/// posix_spawn(3) tells what went wrong, but not where.
bool can_enter(const std::string& directory) {
    struct stat found {};
    return ::stat(directory.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
           ::access(directory.c_str(), X_OK) == 0;
}

launched launch_by_spawn(const launch_settings& settings, const char* program, char* const* argv,
                         char* const* environment, launch_streams streams) {
    static const spawn_attributes attributes;
    const spawn_actions actions(streams, settings.working_directory);
    launched l;
    l.error = ::posix_spawn(&l.pid, program, &actions.value, &attributes.value, argv, environment);
    if (l.error == 0) return l;
    const bool bad_directory = !settings.working_directory.empty() && !can_enter(settings.working_directory);
    return {-1, l.error, bad_directory ? "working directory" : ""};
}

/// As execve(2) wants it: it takes texts that it does not change as `char*`.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const auto& text : texts)
        list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

} // namespace

std::string find_program(const std::string& name, std::string_view path, int& error) {
    if (name.find('/') != std::string::npos) return name;
    error = ENOENT;
    while (!name.empty() && !path.empty()) {
        const auto end = std::min(path.find(':'), path.size());
        const auto folder = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (!folder.starts_with('/')) continue; // never a program of the working directory
        auto file = std::string(folder) + '/' + name;
        struct stat found {};
        if (::stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
        if (::access(file.c_str(), X_OK) == 0) return file;
        error = EACCES;
    }
    return {};
}

launched launch(const launch_settings& settings, const std::string& program,
                const std::vector<std::string>& environment, launch_streams streams) {
    const auto argv = pointers(settings.argv);
    const auto variables = pointers(environment);
    const auto& limits = settings.limits;
    const bool plain = !settings.user && !limits.memory && !limits.cpu_time && !limits.open_files &&
                       !runtime::descriptor_limit_before();
    return (plain ? launch_by_spawn : launch_by_fork)(settings, program.c_str(), argv.data(),
                                                      variables.data(), streams);
}

} // namespace webhookd::handler
