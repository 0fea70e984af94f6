#include <webhookd/runtime/this_thread.hpp>

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace webhookd::runtime {

namespace {

/// As the kernel reads it; the C library of Debian 12 has no declaration. Policy 0 is SCHED_OTHER.
struct scheduling_attributes {
    std::uint32_t size = sizeof(scheduling_attributes);
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime_ns = 0; ///< for SCHED_OTHER: the slice
    std::uint64_t deadline_ns = 0;
    std::uint64_t period_ns = 0;
};

constexpr std::uint64_t shortest_slice_ns = 100'000;
constexpr int nicer_by = 10;
constexpr int least = 19; // setpriority(2)

} // namespace

void name_this_thread(const char* name) {
    pthread_setname_np(pthread_self(), name);
}

void request_short_slice() {
    scheduling_attributes attributes;
    if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0U) != 0) return;
    if (attributes.policy != 0) return; // a policy was set from outside
    attributes.runtime_ns = shortest_slice_ns;
    ::syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

void lower_priority() {
    // On Linux each thread has its own nice value. The daemon may have been started with one already.
    const auto self = static_cast<id_t>(::gettid());
    const int usual = ::getpriority(PRIO_PROCESS, self);
    ::setpriority(PRIO_PROCESS, self, std::min(usual + nicer_by, least));
}

} // namespace webhookd::runtime
