#pragma once

#include <webhookd/error.hpp>

#include <sys/types.h>

#include <string>
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

} // namespace webhookd::handler
