#include "support/own_mounts.hpp"

#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <ranges>
#include <string>
#include <system_error>

namespace webhookd::test {

std::optional<own_mounts> own_mounts::make() {
    if (::unshare(CLONE_NEWNS) != 0) return std::nullopt;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return std::nullopt;
    return own_mounts();
}

own_mounts::~own_mounts() {
    for (const auto& target : targets_ | std::views::reverse)
        ::umount2(target.c_str(), MNT_DETACH);
}

void own_mounts::put(const std::filesystem::path& file, const std::filesystem::path& target) {
    mounted(::mount(file.c_str(), target.c_str(), nullptr, MS_BIND, nullptr), target);
}

void own_mounts::small_disk(const std::filesystem::path& target, std::size_t bytes) {
    const auto room = "size=" + std::to_string(bytes);
    mounted(::mount("small", target.c_str(), "tmpfs", 0, room.c_str()), target);
}

void own_mounts::mounted(int error, const std::filesystem::path& target) {
    if (error != 0) throw std::system_error(errno, std::generic_category(), "mount at " + target.string());
    targets_.push_back(target);
}

} // namespace webhookd::test
