#include "handler/line_sink.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace webhookd::handler {

namespace {

failure system_failure(const std::string& name) {
    return {errc::file_unwritable, name + ": " + std::generic_category().message(errno)};
}

} // namespace

line_sink::line_sink(runtime::unique_fd owned, int fd, std::string name)
    : owned_(std::move(owned))
    , fd_(fd)
    , name_(std::move(name)) {}

line_sink line_sink::standard_error() {
    return {{}, STDERR_FILENO, "standard error"};
}

result<line_sink> line_sink::open(const std::filesystem::path& file) {
    runtime::unique_fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    if (!fd) return system_failure(file.string());
    const int raw = fd.get();
    return line_sink(std::move(fd), raw, file.string());
}

result<void> line_sink::write(std::string line) {
    line += '\n';
    std::string_view rest = line;
    while (!rest.empty()) {
        const auto written = ::write(fd_, rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // Standard error may be somebody's non-blocking pipe; this thread has the time to wait for the
            // reader.
            pollfd ready{fd_, POLLOUT, 0};
            ::poll(&ready, 1, 1000);
        } else if (errno != EINTR) {
            return system_failure(name_);
        }
    }
    return {};
}

} // namespace webhookd::handler
