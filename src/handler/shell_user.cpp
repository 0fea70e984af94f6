#include "handler/shell_user.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
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

} // namespace webhookd::handler
