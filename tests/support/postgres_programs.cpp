#include "support/postgres_programs.hpp"

#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace webhookd::test {

namespace {

namespace fs = std::filesystem;

const passwd* system_user() {
    return getpwnam("postgres");
}

/// Of a process; none: it is gone already.
class process_handle {
public:
    explicit process_handle(pid_t of)
        : fd_(static_cast<int>(::syscall(SYS_pidfd_open, of, 0))) {}
    process_handle(process_handle&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)) {}
    process_handle& operator=(process_handle&&) = delete;
    ~process_handle() {
        if (fd_ >= 0) ::close(fd_);
    }

    /// Whether it ends within the bound; a zombie has ended.
    [[nodiscard]] bool ends_within(std::chrono::milliseconds bound) const {
        pollfd ended{fd_, POLLIN, 0};
        return fd_ < 0 || ::poll(&ended, 1, static_cast<int>(bound.count())) == 1;
    }

private:
    int fd_;
};

} // namespace

fs::path postgres_programs() {
    std::vector<fs::path> found;
    std::error_code none;
    for (const auto& each : fs::directory_iterator("/usr/lib/postgresql", none))
        if (fs::exists(each.path() / "bin/initdb")) found.push_back(each.path() / "bin");
    return found.empty() ? fs::path{} : *std::max_element(found.begin(), found.end());
}

const std::string& postgres_missing() {
    static const std::string why = [] {
        if (postgres_programs().empty())
            return std::string{"PostgreSQL is not installed (package postgresql)"};
        if (geteuid() == 0 && system_user() == nullptr)
            return std::string{"there is no user postgres, and PostgreSQL does not run as root"};
        return std::string{};
    }();
    return why;
}

void give_to_postgres(const fs::path& file) {
    if (geteuid() != 0) return;
    const auto* user = system_user();
    if (user == nullptr || chown(file.c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("cannot give " + file.string() + " to the user postgres");
}

fs::path make_postgres_folder(const fs::path& below) {
    auto pattern =
        ((below.empty() ? fs::temp_directory_path() : below) / "webhookd-postgres-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder for PostgreSQL");
    give_to_postgres(pattern);
    return pattern;
}

std::vector<std::string> as_postgres_user(std::vector<std::string> argv, const char* at_the_end) {
    // The folder of the test may be closed to that user; Patroni cannot start a server from such a one.
    std::vector<std::string> all{"env", "--chdir=/", "setpriv", "--pdeathsig", at_the_end};
    if (geteuid() == 0) all.insert(all.end(), {"--reuid=postgres", "--regid=postgres", "--clear-groups"});
    all.insert(all.end(), std::make_move_iterator(argv.begin()), std::make_move_iterator(argv.end()));
    return all;
}

std::vector<pid_t> with_children(pid_t first) {
    std::vector<pid_t> all{first};
    const auto number = std::to_string(first);
    std::ifstream children{"/proc/" + number + "/task/" + number + "/children"};
    for (pid_t each = 0; children >> each;)
        all.push_back(each);
    return all;
}

void kill_server(pid_t first) {
    ::kill(first, SIGSTOP); // it starts no more
    const auto all = with_children(first);
    std::vector<process_handle> handles(all.begin(), all.end());
    for (const auto each : all)
        ::kill(each, SIGKILL);
    for (const auto& each : handles)
        if (!each.ends_within(std::chrono::seconds{60}))
            throw std::runtime_error("a process of PostgreSQL does not end by SIGKILL");
}

} // namespace webhookd::test
