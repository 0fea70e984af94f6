#include "handler/shell_process.hpp"

#include <webhookd/runtime/resources.hpp>
#include <webhookd/text/printable.hpp>

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <memory>
#include <system_error>

namespace webhookd::handler {
namespace {

// As shells answer: found but not runnable, not found.
constexpr int exit_not_runnable = 126;
constexpr int exit_not_found = 127;

std::string describe(exit_status ended) {
    if (ended.signal != 0) {
        const char* name = ::sigdescr_np(ended.signal); // nothing for real-time signals
        return name != nullptr ? fmt::format("killed by signal {} ({})", ended.signal, name)
                               : fmt::format("killed by signal {}", ended.signal);
    }
    switch (ended.code) {
    case EX_TEMPFAIL:
        return "exit code 75 (temporary failure)";
    case exit_not_runnable:
        return "exit code 126 (a command cannot be executed)";
    case exit_not_found:
        return "exit code 127 (a command was not found)";
    default:
        return fmt::format("exit code {}", ended.code);
    }
}

} // namespace

child_process::child_process(boost::asio::io_context& loop)
    : pidfd_(loop) {}

child_process::~child_process() {
    if (pid_ < 0) return;
    signal_group(SIGKILL);
    reap();
}

int child_process::adopt(pid_t pid) {
    pid_ = pid;
    // Debian 12 declares pidfd_open for C alone. The descriptor is close-on-exec by itself.
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
    int error = fd < 0 ? errno : 0;
    if (error == 0) {
        boost::system::error_code ec;
        pidfd_.assign(fd, ec);
        error = ec.value();
        if (ec) ::close(fd);
    }
    if (error != 0) {
        signal_group(SIGKILL);
        reap();
    }
    return error;
}

void child_process::signal_group(int number) noexcept {
    if (pid_ < 0) return;
    // The program may have moved to another group.
    if (::kill(-pid_, number) != 0 || number == SIGKILL) ::kill(pid_, number);
}

exit_status child_process::reap() noexcept {
    siginfo_t ended{};
    int result = -1;
    do
        result = pidfd_.is_open()
                     ? ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &ended, WEXITED)
                     : ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED);
    while (result != 0 && errno == EINTR);
    pid_ = -1;
    boost::system::error_code ignored;
    pidfd_.close(ignored);
    if (ended.si_code == CLD_EXITED) return {ended.si_status, 0};
    return {0, ended.si_status};
}

int shell_code(exit_status ended) noexcept {
    return ended.signal != 0 ? 128 + ended.signal : ended.code;
}

outcome judge(exit_status ended) {
    outcome o;
    if (ended.signal == 0 && ended.code == 0) return o;
    o.verdict = verdict::retry;
    o.status = shell_code(ended);
    o.reason = describe(ended);
    return o;
}

outcome not_run(std::string_view what, int error) {
    outcome o;
    // Where this process had no resources left to run it, that is no attempt.
    o.verdict = runtime::is_lack_of_resources(error) ? verdict::abandoned : verdict::retry;
    o.status = error == ENOENT ? exit_not_found : exit_not_runnable;
    o.reason = fmt::format("cannot be run: {}: {}", what, std::generic_category().message(error));
    return o;
}

std::string killed_after(std::chrono::milliseconds timeout) {
    if (timeout.count() % 1000 == 0) return fmt::format("killed after {} s", timeout.count() / 1000);
    return fmt::format("killed after {} ms", timeout.count());
}

std::vector<shell_output::secret> shell_output::secrets_of(const std::map<std::string, std::string>& env) {
    std::vector<secret> secrets;
    for (const auto& [name, value] : env)
        if (value.size() >= shortest_secret) secrets.push_back({name, value});
    // The longest first: one may be a prefix of another.
    std::stable_sort(secrets.begin(), secrets.end(),
                     [](const auto& a, const auto& b) { return a.value.size() > b.value.size(); });
    return secrets;
}

shell_output::shell_output(const std::vector<secret>& secrets)
    : secrets_(secrets)
    // A secret that begins within the part that is shown must be there whole to be recognised; one byte more
    // tells that something was cut off.
    , capacity_(max_output + std::max<std::size_t>(1, secrets.empty() ? 0 : secrets.front().value.size())) {}

void shell_output::add(std::string_view bytes) {
    raw_.append(bytes.substr(0, capacity_ - raw_.size()));
}

std::string shell_output::text() const {
    std::string named;
    const std::string_view raw = raw_;
    // What follows may be the beginning of a secret, and is not shown even where the text became shorter by
    // masking.
    const auto end = std::min(raw.size(), max_output);
    for (std::size_t i = 0; i < end;) {
        const auto rest = raw.substr(i);
        const auto found = std::find_if(secrets_.begin(), secrets_.end(),
                                        [&](const secret& s) { return rest.starts_with(s.value); });
        if (found == secrets_.end()) {
            named += raw[i++];
        } else {
            named.append("[").append(found->name).append("]");
            i += found->value.size();
        }
    }
    auto out = text::to_output_text(named, max_output, raw.size() > max_output);
    out.erase(out.find_last_not_of(" \n\t") + 1);
    return out;
}

} // namespace webhookd::handler

namespace webhookd::handler::left_behind {
namespace {

class forgotten_output : public std::enable_shared_from_this<forgotten_output> {
public:
    explicit forgotten_output(boost::asio::posix::stream_descriptor from)
        : from_(std::move(from)) {}

    void read() {
        from_.async_read_some(boost::asio::buffer(bytes_),
                              [self = shared_from_this()](boost::system::error_code ec, std::size_t got) {
                                  self->read_ += got;
                                  if (!ec && self->read_ < most_bytes)
                                      self->read();
                                  else
                                      self->close();
                              });
    }

    void close() {
        boost::system::error_code ignored;
        from_.close(ignored);
    }

private:
    boost::asio::posix::stream_descriptor from_;
    std::array<char, 4096> bytes_{};
    std::size_t read_ = 0;
};

} // namespace

void keep_reading(boost::asio::posix::stream_descriptor output) {
    // Of one thread: the loop's.
    thread_local std::deque<std::weak_ptr<forgotten_output>> known;
    std::erase_if(known, [](const auto& each) { return each.expired(); });
    if (known.size() >= most_at_once) {
        if (const auto oldest = known.front().lock()) oldest->close();
        known.pop_front();
    }
    const auto one = std::make_shared<forgotten_output>(std::move(output));
    known.push_back(one);
    one->read();
}

} // namespace webhookd::handler::left_behind
