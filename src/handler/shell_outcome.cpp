#include "handler/shell_outcome.hpp"

#include <webhookd/runtime/resources.hpp>

#include <fmt/format.h>
#include <string.h>
#include <sysexits.h>

#include <cerrno>
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

} // namespace webhookd::handler
