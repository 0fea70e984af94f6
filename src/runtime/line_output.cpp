#include <webhookd/runtime/line_output.hpp>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace webhookd::runtime {
namespace {

/// How long to poll a reader that takes nothing.
constexpr int poll_ms = 100;

failure unwritable(const std::string& name, const std::string& why) {
    return {errc::file_unwritable, name + ": " + why};
}

failure unwritable(const std::string& name, int error) {
    return unwritable(name, std::generic_category().message(error));
}

/// The kind of a file that lines cannot be appended to; empty: they can.
std::string wrong_kind(mode_t mode) {
    if (S_ISDIR(mode)) return "is a directory";
    if (S_ISSOCK(mode)) return "is a socket";
    if (S_ISBLK(mode)) return "is a block device";
    return {};
}

/// The path as it was configured.
failure cannot_open(const std::filesystem::path& file, int error) {
    struct stat found {};
    if (::stat(file.c_str(), &found) == 0) {
        if (const auto kind = wrong_kind(found.st_mode); !kind.empty())
            return unwritable(file.string(), kind);
        if (error == ENXIO && S_ISFIFO(found.st_mode))
            return unwritable(file.string(), "is a FIFO that nobody reads");
    }
    return unwritable(file.string(), error);
}

} // namespace

line_output::line_output(files::unique_fd owned, int fd, way how, std::string name)
    : owned_(std::move(owned))
    , fd_(fd)
    , how_(how)
    , name_(std::move(name)) {}

line_output line_output::standard_error() {
    const std::string name = "standard error";
    struct stat found {};
    if (::fstat(STDERR_FILENO, &found) != 0) return {{}, STDERR_FILENO, way::unblocked, name};
    if (S_ISSOCK(found.st_mode)) return {{}, STDERR_FILENO, way::socket, name};
    // A plain file never blocks, and a new open file description would begin at its front.
    if (S_ISREG(found.st_mode)) return {{}, STDERR_FILENO, way::unblocked, name};
    files::unique_fd own(::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!own) return {{}, STDERR_FILENO, way::in_portions, name}; // another user's pipe, or no /proc
    const int raw = own.get();
    return {std::move(own), raw, way::unblocked, name};
}

result<line_output> line_output::open(const std::filesystem::path& file) {
    files::unique_fd fd(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0640));
    if (!fd) return cannot_open(file, errno);
    struct stat found {};
    if (::fstat(fd.get(), &found) != 0) return unwritable(file.string(), errno);
    if (const auto kind = wrong_kind(found.st_mode); !kind.empty()) return unwritable(file.string(), kind);
    const int raw = fd.get();
    return line_output(std::move(fd), raw, way::unblocked, file.string());
}

bool line_output::has_room() const {
    pollfd ready{fd_, POLLOUT, 0};
    return ::poll(&ready, 1, poll_ms) > 0; // also where writing will fail: write reports why
}

long line_output::write_some(const char* data, std::size_t size) const {
    switch (how_) {
    case way::socket:
        return ::send(fd_, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    case way::in_portions:
        return ::write(fd_, data, std::min<std::size_t>(size, PIPE_BUF));
    case way::unblocked:
        break;
    }
    return ::write(fd_, data, size);
}

result<void> line_output::write(std::string line, const keep_waiting& wait_on) {
    line += '\n';
    if (torn_) line.insert(0, 1, '\n');
    bool poll_first = how_ == way::in_portions;
    for (std::size_t done = 0; done < line.size();) {
        if (poll_first && !has_room()) {
            if (wait_on(done > 0)) continue;
            return unwritable(name_, "takes nothing");
        }
        const auto written = write_some(line.data() + done, line.size() - done);
        if (written > 0) {
            done += static_cast<std::size_t>(written);
            torn_ = line[done - 1] != '\n';
            poll_first = how_ == way::in_portions;
        } else if (errno == EAGAIN) {
            // There may be room, but not for this much.
            if (poll_first && !wait_on(done > 0)) return unwritable(name_, "takes nothing");
            if (poll_first) ::poll(nullptr, 0, poll_ms / 10);
            poll_first = true;
        } else if (errno != EINTR) {
            return unwritable(name_, errno);
        }
    }
    return {};
}

bool line_sampler::take(const std::string& kind, clock::time_point now) {
    const bool full = kinds_.size() >= most_kinds && !kinds_.contains(kind);
    auto& counted = kinds_.try_emplace(full ? std::string() : kind, kind_count{now}).first->second;
    // Suppressed lines are reported before the next interval begins.
    if (now - counted.began >= interval && counted.lines <= most) counted = {now};
    return ++counted.lines <= most;
}

std::vector<line_sampler::total> line_sampler::totals(clock::time_point now) {
    std::vector<total> told;
    for (auto at = kinds_.begin(); at != kinds_.end();) {
        if (now != clock::time_point::max() && now - at->second.began < interval) {
            ++at;
            continue;
        }
        if (at->second.lines > most) told.push_back({at->first, at->second.lines - most});
        at = kinds_.erase(at);
    }
    return told;
}

} // namespace webhookd::runtime
