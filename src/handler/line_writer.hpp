#pragma once

#include <webhookd/error.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace webhookd::handler {

/// Writes lines on a thread of its own, so that a reader who takes nothing, or a mount that hangs, delays
/// only the lines themselves. The caller bounds how many may wait.
class line_writer {
public:
    /// Called exactly once, on a thread of the writer's or, by `cancel`, on the caller's. Must not block.
    using completion = std::function<void(result<void>)>;

    /// Opens the file, or standard error when the path is empty. Errors: file_unwritable, also when opening
    /// takes longer than 5 s.
    [[nodiscard]] static result<std::unique_ptr<line_writer>> start(std::filesystem::path file);
    /// Does not wait: a thread that is blocked in a system call is left behind, and ends after it.
    ~line_writer();
    line_writer(const line_writer&) = delete;
    line_writer& operator=(const line_writer&) = delete;

    /// In the order of the calls. A line that is not written after `timeout` is given up, or finished late
    /// when a part of it is out already. Errors: file_unwritable, shutting_down (cancelled). Any thread; does
    /// not block.
    void write(std::string line, std::chrono::milliseconds timeout, completion done);
    /// Gives up all lines that wait. Any thread.
    void cancel();
    /// Reopens the file before the next line; where that fails the old one stays in use and `failed` is
    /// called, on the writer's thread. Any thread; does not block.
    void reopen(std::function<void(const failure&)> failed);

private:
    class state;
    explicit line_writer(std::shared_ptr<state> shared);

    std::shared_ptr<state> shared_; ///< outlives this object in the hands of a thread that hangs
    std::thread writing_;
    std::thread watching_;
};

} // namespace webhookd::handler
