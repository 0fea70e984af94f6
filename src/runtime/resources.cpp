#include <webhookd/files/unique_fd.hpp>
#include <webhookd/runtime/resources.hpp>

#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>

namespace webhookd::runtime {
namespace {

std::optional<unsigned long> limit_before; // written before any thread starts

} // namespace

bool is_lack_of_resources(int error) noexcept {
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN: // of fork(2), and of a thread's start
    case ENOBUFS:
        return true;
    default:
        return false;
    }
}

bool descriptors_are_used_up() noexcept {
    const files::unique_fd any(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return !any && (errno == EMFILE || errno == ENFILE);
}

void raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0 && !limit_before) limit_before = before;
}

std::optional<unsigned long> descriptor_limit_before() noexcept {
    return limit_before;
}

} // namespace webhookd::runtime
