#include "support/process_usage.hpp"

#include "support/process.hpp"
#include "support/wait_for_condition.hpp"

#include <unistd.h>

#include <charconv>
#include <sstream>
#include <string>
#include <string_view>

namespace webhookd::test {

namespace {

std::string proc_file(pid_t pid, const char* name) {
    return read_text("/proc/" + std::to_string(pid) + "/" + name);
}

/// The number after `label:` at the start of a line.
std::uint64_t labelled(std::string_view text, std::string_view label) {
    std::uint64_t value = 0;
    const auto at = text.find(label);
    if (at == text.npos) return 0;
    const auto digits = text.find_first_of("0123456789", at + label.size());
    if (digits != text.npos) std::from_chars(text.data() + digits, text.data() + text.size(), value);
    return value;
}

struct cpu_times {
    std::chrono::milliseconds own{}, children{};
};

cpu_times cpu_times_of(pid_t pid) {
    const std::string text = proc_file(pid, "stat");
    // The second field is the program's name in parentheses, which may hold anything; utime and stime are 14
    // and 15, those of the children are the next two.
    const auto name_end = text.rfind(')');
    if (name_end == text.npos) return {};
    std::istringstream fields(text.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        fields >> skipped;
    std::int64_t user = 0, system = 0, children_user = 0, children_system = 0;
    fields >> user >> system >> children_user >> children_system;
    const auto time = [](std::int64_t ticks) {
        return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
    };
    return {time(user + system), time(children_user + children_system)};
}

} // namespace

process_usage usage_of(pid_t pid) {
    const auto cpu = cpu_times_of(pid);
    return {cpu.own, cpu.children, labelled(proc_file(pid, "status"), "VmHWM:") * 1024,
            labelled(proc_file(pid, "io"), "syscw:")};
}

bool wait_until_idle(pid_t pid, std::chrono::milliseconds bound) {
    using clock = std::chrono::steady_clock;
    using namespace std::chrono_literals;
    auto seen = cpu_times_of(pid).own;
    auto since = clock::now();
    return wait_for_condition(
        [&] {
            const auto now = clock::now();
            if (now - since < 250ms) return false;
            const auto used = cpu_times_of(pid).own - seen;
            seen += used;
            since = now;
            return used <= 10ms; // a tick: timers and housekeeping
        },
        bound);
}

} // namespace webhookd::test
