#include "handler/shell_launch.hpp"

#include <webhookd/runtime/resources.hpp>

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace webhookd::handler {
namespace {

constexpr std::size_t largest_entry = 1024 * 1024;

std::vector<gid_t> groups_of(const passwd& entry) {
    int count = 16;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    while (getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0)
        groups.resize(static_cast<std::size_t>(count));
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

constexpr const char* usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string entry(std::string_view name, std::string_view value) {
    std::string text;
    text.reserve(name.size() + 1 + value.size());
    return text.append(name).append(1, '=').append(value);
}

bool fits(std::string_view value) {
    return value.size() <= max_variable && value.find('\0') == std::string_view::npos;
}

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

result<shell_user> find_user(const std::string& name) {
    std::vector<char> texts(4096);
    passwd entry{};
    passwd* found = nullptr;
    int error = 0;
    while ((error = getpwnam_r(name.c_str(), &entry, texts.data(), texts.size(), &found)) == ERANGE &&
           texts.size() < largest_entry)
        texts.resize(texts.size() * 2);
    if (error != 0)
        return failure{errc::configuration_invalid,
                       "user " + name + " cannot be looked up: " + std::generic_category().message(error)};
    if (found == nullptr)
        return failure{errc::configuration_invalid,
                       "user " + name + " does not exist; create it or name another one in `user`"};
    return shell_user{entry.pw_uid, entry.pw_gid, groups_of(entry), entry.pw_dir};
}

bool is_this_process(const shell_user& user) noexcept {
    // Root may always change groups; anybody else keeps the ones the service manager gave.
    return user.id != 0 && user.id == ::geteuid() && user.id == ::getuid();
}

std::vector<std::string> base_environment(const std::map<std::string, std::string>& env,
                                          std::string_view home) {
    std::vector<std::string> environment;
    const auto inherit = [&](const char* name, std::string_view otherwise) {
        if (env.contains(name)) return;
        const char* own = std::getenv(name);
        const std::string_view value = own != nullptr ? own : otherwise;
        if (!value.empty()) environment.push_back(entry(name, value));
    };
    inherit("PATH", usual_path);
    if (home.empty())
        inherit("HOME", {});
    else if (!env.contains("HOME"))
        environment.push_back(entry("HOME", home));
    inherit("LANG", {});
    for (const auto& [name, value] : env)
        environment.push_back(entry(name, value));
    return environment;
}

void add_event_variables(std::vector<std::string>& environment, std::string_view handler_name,
                         const delivery& d) {
    const auto& e = d.event.envelope;
    const auto add = [&](std::string_view name, std::string_view value) {
        environment.push_back(entry(name, fits(value) ? value : std::string_view()));
    };
    add("UNIVERSIGN_HANDLER", handler_name);
    add("UNIVERSIGN_DELIVERY_ID", std::to_string(d.id));
    add("UNIVERSIGN_ATTEMPT", std::to_string(d.attempt));
    add("UNIVERSIGN_TEST", d.test ? "true" : "");
    add("UNIVERSIGN_ENDPOINT", d.event.endpoint);
    add("UNIVERSIGN_EVENT_ID", e.id);
    add("UNIVERSIGN_EVENT_TYPE", e.type);
    add("UNIVERSIGN_CREATED", e.created ? to_rfc3339(*e.created) : std::string());
    add("UNIVERSIGN_RECEIVED", to_rfc3339(d.event.received));
    add("UNIVERSIGN_TRANSACTION_ID", e.transaction_id);
    add("UNIVERSIGN_OBJECT_ID", e.object_id);
    add("UNIVERSIGN_OBJECT_TYPE", e.object_type);
    add("UNIVERSIGN_STATE", e.state);
    add("UNIVERSIGN_STALLED_REASON", e.stalled_reason);
    add("UNIVERSIGN_API_KEY", e.api_key);
    add("UNIVERSIGN_TRACE_ID", e.trace_id);
    add("UNIVERSIGN_JWS_SIGNATURE", d.event.signature);
}

std::string_view variable(const std::vector<std::string>& environment, std::string_view name) {
    for (const std::string_view each : environment)
        if (each.size() > name.size() && each[name.size()] == '=' && each.starts_with(name))
            return each.substr(name.size() + 1);
    return {};
}

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
