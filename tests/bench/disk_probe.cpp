#include "bench/disk_probe.hpp"

#include <webhookd/files/unique_fd.hpp>

#include "support/temp_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

namespace webhookd::bench {

namespace {

constexpr std::size_t probes = 300;
constexpr std::size_t probe_size = 64 * 1024; // about what a batch of the group writer comes to

} // namespace

test::histogram probe_disk() {
    const test::temp_directory directory;
    const files::unique_fd probe{
        ::open((directory.path() / "probe").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    const std::string bytes(probe_size, 'x');
    test::histogram times;
    for (std::size_t i = 0; i < 2 * probes; ++i) {
        // The first half makes the file: as a journal in steady use, only its second writing is measured.
        const auto offset = static_cast<off_t>(i % probes * probe_size);
        const auto start = std::chrono::steady_clock::now();
        if (::pwrite(probe.get(), bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size()))
            throw std::system_error(errno, std::generic_category(), "the disk probe cannot write");
        if (i >= probes - 1 && ::fdatasync(probe.get()) != 0)
            throw std::system_error(errno, std::generic_category(), "the disk probe cannot sync");
        if (i >= probes) times.record(std::chrono::steady_clock::now() - start);
    }
    return times;
}

} // namespace webhookd::bench
