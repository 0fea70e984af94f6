#include "ingest/atomic_file.hpp"

#include <webhookd/runtime/unique_fd.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace webhookd::ingest {

namespace {

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

result<void> write_file_atomically(const std::filesystem::path& file, std::string_view content) {
    const auto failed = [&] {
        return failure{errc::file_unwritable, file.string() + ": " + std::generic_category().message(errno)};
    };
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    const auto temporary = file.string() + ".new";
    runtime::unique_fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!fd || !write_all(fd.get(), content) || ::fsync(fd.get()) != 0) return failed();
    fd.reset();
    if (std::rename(temporary.c_str(), file.c_str()) != 0) return failed();
    const runtime::unique_fd directory(
        ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());
    return {};
}

} // namespace webhookd::ingest
