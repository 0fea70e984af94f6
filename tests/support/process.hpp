#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::test {

/// How a child ended: by itself with a code, or by a signal (then `code` is -1).
struct exit_state {
    int code = -1;
    int signal = 0;
    friend bool operator==(const exit_state&, const exit_state&) = default;
};

struct process_options {
    std::vector<std::string> argv{}; ///< argv[0] is the program; looked up in PATH when it has no slash
    std::vector<std::string> environment{}; ///< NAME=value, added to (and winning over) this process's own
    std::filesystem::path stdout_file{};    ///< empty: /dev/null; files cannot fill up and block as pipes do
    std::filesystem::path stderr_file{};    ///< the same; both are truncated first
};

/// A child process in a process group of its own, with /dev/null as standard input. Owned: the destructor
/// kills the whole group and reaps the child, so that no test leaves a server behind. One thread at a time.
class process {
public:
    /// Throws std::system_error when the program cannot be started.
    explicit process(const process_options& options);
    ~process();
    process(process&& other) noexcept;
    process& operator=(process&& other) noexcept;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// Not yet ended, as far as the kernel knows at this moment.
    [[nodiscard]] bool running();
    /// To the child alone; nothing happens once it has ended.
    void signal(int number);
    /// nullopt when it still runs after the bound. Asked again after its end, it answers the same.
    [[nodiscard]] std::optional<exit_state> wait(std::chrono::milliseconds bound);
    /// SIGKILL to the group; returns when the child is reaped.
    void kill();

private:
    bool reap(int flags);

    pid_t pid_ = -1;
    std::optional<exit_state> ended_;
};

/// The whole file as text; empty when there is none.
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

} // namespace webhookd::test
