#pragma once

#include <webhookd/handler/shell_handler.hpp>
#include <webhookd/runtime/event_loops.hpp>

#include "support/handler_attempt.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>

namespace webhookd::test {

/// A handler of this command alone.
[[nodiscard]] config::shell_handler shell_command(std::string command);

/// A delivery of an event with every field filled in.
[[nodiscard]] handler::delivery shell_delivery(std::string body = "{}");

/// A real shell handler with a loop of its own.
class shell_runner {
public:
    /// Throws where the handler cannot be made.
    explicit shell_runner(config::shell_handler settings,
                          std::chrono::milliseconds timeout = std::chrono::minutes(2));
    explicit shell_runner(const char* command)
        : shell_runner(shell_command(command)) {}

    /// Throws when no outcome comes.
    handler::outcome run(handler::delivery d = shell_delivery());
    [[nodiscard]] std::future<handler::outcome> start(handler::delivery d = shell_delivery());
    void cancel() { handler_->cancel(); }

private:
    runtime::event_loops loops_{1, "shell"};
    std::unique_ptr<handler::handler> handler_;
};

/// No such process, or one that is dead and not yet collected by its new parent.
[[nodiscard]] bool process_gone(pid_t pid);

/// Whether this process has children, dead or alive.
[[nodiscard]] bool has_children();

[[nodiscard]] std::size_t open_descriptors();

} // namespace webhookd::test
