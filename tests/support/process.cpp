#include "support/process.hpp"

#include "support/wait_for_condition.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace webhookd::test {

namespace {

class spawn_settings {
public:
    explicit spawn_settings(const process_options& options) {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        open(STDIN_FILENO, "/dev/null", O_RDONLY);
        open(STDOUT_FILENO, options.stdout_file.empty() ? "/dev/null" : options.stdout_file.string(),
             O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
        open(STDERR_FILENO, options.stderr_file.empty() ? "/dev/null" : options.stderr_file.string(),
             O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);

        // A test runner may ignore or block signals; the child starts with a clean slate.
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~spawn_settings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

private:
    void open(int fd, const std::string& path, int flags) {
        posix_spawn_file_actions_addopen(&actions, fd, path.c_str(), flags, 0600);
    }
};

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

std::vector<std::string> merged_environment(const std::vector<std::string>& additions) {
    std::vector<std::string> all = additions;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        bool replaced = false;
        for (const auto& addition : additions)
            replaced = replaced || name_of(addition) == name_of(*entry);
        if (!replaced) all.emplace_back(*entry);
    }
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

} // namespace

process::process(const process_options& options) {
    if (options.argv.empty()) throw std::system_error(EINVAL, std::generic_category(), "no program given");
    spawn_settings settings(options);
    auto arguments = options.argv;
    auto environment = merged_environment(options.environment);
    if (const int error =
            ::posix_spawnp(&pid_, arguments.front().c_str(), &settings.actions, &settings.attributes,
                           pointers(arguments).data(), pointers(environment).data())) {
        pid_ = -1;
        throw std::system_error(error, std::generic_category(), "cannot start " + options.argv.front());
    }
}

process::process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1))
    , ended_(std::exchange(other.ended_, std::nullopt)) {}

process& process::operator=(process&& other) noexcept {
    if (this != &other) {
        kill();
        pid_ = std::exchange(other.pid_, -1);
        ended_ = std::exchange(other.ended_, std::nullopt);
    }
    return *this;
}

process::~process() {
    kill();
}

bool process::reap(int flags) {
    if (pid_ < 0 || ended_) return true;
    int status = 0;
    pid_t who;
    do
        who = ::waitpid(pid_, &status, flags);
    while (who < 0 && errno == EINTR);
    if (who != pid_) return who < 0;
    ended_ = WIFEXITED(status) ? exit_state{WEXITSTATUS(status), 0} : exit_state{-1, WTERMSIG(status)};
    return true;
}

bool process::running() {
    return !reap(WNOHANG);
}

void process::signal(int number) {
    // Until it is reaped the pid cannot be given to anybody else.
    if (running()) ::kill(pid_, number);
}

std::optional<exit_state> process::wait(std::chrono::milliseconds bound) {
    static_cast<void>(wait_for_condition([&] { return !running(); }, bound));
    return ended_;
}

void process::kill() {
    if (pid_ < 0 || ended_) return;
    ::kill(-pid_, SIGKILL);
    reap(0);
}

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace webhookd::test
