#include "bench/delivery/pace.hpp"

#include "bench/delivery/backlog.hpp"
#include "bench/delivery/bare.hpp"
#include "bench/delivery/daemon.hpp"
#include "bench/delivery/sink.hpp"
#include "support/process_usage.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

namespace webhookd::bench {

namespace {

using fractional_seconds = std::chrono::duration<double>;

constexpr const char* program = "/bin/true";

/// Asking costs what is measured: seldom enough not to matter, often enough for a run of a second.
constexpr auto between_questions = std::chrono::milliseconds(20);

double rate(std::size_t count, fractional_seconds took) {
    return took.count() > 0 ? static_cast<double>(count) / took.count() : 0;
}

double per_thousand(fractional_seconds cpu, std::size_t count) {
    return cpu.count() * 1000 / static_cast<double>(std::max<std::size_t>(count, 1));
}

/// User and system time of this process and of its children that have ended.
fractional_seconds own_cpu() {
    double sum = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        ::getrusage(who, &used);
        for (const auto& part : {used.ru_utime, used.ru_stime})
            sum += static_cast<double>(part.tv_sec) + static_cast<double>(part.tv_usec) / 1e6;
    }
    return fractional_seconds(sum);
}

/// Generous: a twentieth of what the slowest machine should do.
std::chrono::milliseconds bound(std::size_t count) {
    return std::chrono::seconds(60) + std::chrono::milliseconds(20 * count);
}

/// `arrived` tells cheaply how much has gone out, so that the daemon need not be asked before its end is
/// near.
template <class Arrived>
pace daemon_delivers(const std::string& handler, std::size_t count, Arrived arrived) {
    const test::temp_directory directory;
    fill_store(directory / "events.db", count, usual_body());
    auto daemon = start_daemon(directory.path(), handler);
    pace p;
    const bool done = test::wait_for_condition(
        [&] { return arrived() >= count && count_waiting(*daemon) == 0; }, bound(count), between_questions);
    const auto end = std::chrono::system_clock::now();
    const auto used = test::usage_of(daemon->running().pid());
    p.cpu_per_thousand = per_thousand(used.cpu + used.children_cpu, count);
    p.problem = stop_daemon(*daemon);
    const auto kept = test::summarize_deliveries(daemon->database());
    p.per_second = rate(count, end - kept.first_started);
    if (!done || kept.successful != count || kept.attempts != count)
        note(p.problem, fmt::format("of {} deliveries {} wait, {} succeeded, {} failed, in {} attempts",
                                    count, kept.pending, kept.successful, kept.failed, kept.attempts));
    return p;
}

pace to_pace(const bare_result& result, std::size_t count, fractional_seconds cpu) {
    pace p{rate(count, result.duration), per_thousand(cpu, count), {}};
    if (result.succeeded != count)
        p.problem = fmt::format("of {} only {} succeeded", count, result.succeeded);
    return p;
}

void check_arrived(pace& p, sink& to, std::size_t count) {
    if (const auto arrived = to.arrived(); arrived != count)
        note(p.problem, fmt::format("of {} posts {} arrived", count, arrived));
}

} // namespace

pace daemon_forwards(std::size_t count) {
    const auto to = start_counting_sink();
    auto p = daemon_delivers(
        fmt::format("type: forward, url: \"{}\", concurrency: {}", to->url(), forward_concurrency), count,
        [&] { return to->arrived(); });
    check_arrived(p, *to, count);
    return p;
}

pace bare_forwards(std::size_t count) {
    const auto to = start_counting_sink();
    const auto before = own_cpu();
    const auto result = post_bare(to->url(), usual_body(), count, forward_concurrency);
    auto p = to_pace(result, count, own_cpu() - before);
    check_arrived(p, *to, count);
    return p;
}

pace daemon_runs(std::size_t count) {
    return daemon_delivers(
        fmt::format("type: shell, argv: [{}], concurrency: {}", program, shell_concurrency), count,
        [count] { return count; });
}

pace bare_runs(std::size_t count) {
    const auto before = own_cpu();
    const auto result = spawn_bare({program}, count, shell_concurrency);
    return to_pace(result, count, own_cpu() - before);
}

} // namespace webhookd::bench
