#include <webhookd/runtime/capabilities.hpp>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>

namespace webhookd::runtime {

void keep_capabilities_from_programs() {
    // A change from one user to another, neither of them root, would leave them all in force
    // (capabilities(7)).
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

std::string lacks_for_other_users() {
    constexpr std::array needed{std::pair{CAP_SETUID, "CAP_SETUID"}, std::pair{CAP_SETGID, "CAP_SETGID"},
                                std::pair{CAP_KILL, "CAP_KILL"}};
    // The C library has no declaration of capget(2).
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    ::syscall(SYS_capget, &header, sets.data());
    std::string lacking;
    for (const auto& [capability, name] : needed)
        if ((sets[0].effective & (std::uint32_t{1} << capability)) == 0)
            lacking += (lacking.empty() ? "" : ", ") + std::string(name);
    return lacking;
}

} // namespace webhookd::runtime
