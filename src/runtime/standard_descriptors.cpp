#include <webhookd/runtime/standard_descriptors.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace webhookd::runtime {

bool occupy_standard_descriptors() noexcept {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest number that is free, which is this one; programs that we run may inherit it.
        if (::open("/dev/null", O_RDWR) != fd) return false; // NOLINT: without O_CLOEXEC on purpose
    }
    return true;
}

} // namespace webhookd::runtime
