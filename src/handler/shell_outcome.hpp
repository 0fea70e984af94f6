#pragma once

#include <webhookd/handler/handler.hpp>

#include "handler/child_process.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace webhookd::handler {

/// The outcome of a program that was not killed: the table in shell_handler.hpp.
[[nodiscard]] outcome judge(exit_status ended);

/// The code a shell would have seen: 128 and the signal's number.
[[nodiscard]] int shell_code(exit_status ended) noexcept;

/// `what` could not be done, for the reason that an errno names.
[[nodiscard]] outcome not_run(std::string_view what, int error);

/// `killed after 60 s`.
[[nodiscard]] std::string killed_after(std::chrono::milliseconds timeout);

} // namespace webhookd::handler
