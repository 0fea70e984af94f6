#include <webhookd/files/unique_fd.hpp>

#include "bench/delivery/daemon.hpp"
#include "bench/delivery/pace.hpp"
#include "bench/delivery/pressure.hpp"
#include "bench/delivery/sink.hpp"
#include "support/process_usage.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace webhookd::bench {

namespace {

using namespace std::chrono_literals;

std::string settings(sink& to, const char* timeout) {
    return fmt::format("type: forward, url: \"{}\", concurrency: {}, timeout: {}", to.url(),
                       forward_concurrency, timeout);
}

/// What was written before is no business of the run's: the disk must not be busy with it then.
void settle_disk(const std::filesystem::path& directory) {
    const files::unique_fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (::syncfs(fd.get()) != 0) throw std::system_error(errno, std::generic_category(), "syncfs");
}

/// How many were accepted, the warm-up included.
std::uint64_t load(acknowledgements& a, test::daemon_fixture& daemon, std::span<const std::string> requests,
                   double rate, std::size_t connections) {
    test::load_plan plan;
    plan.port = daemon.ingest_port();
    plan.connections = connections;
    plan.rate = rate;
    plan.requests = requests.first(requests.size() / 10);
    const auto warm_up = test::run_load(plan);
    plan.requests = requests.subspan(requests.size() / 10);
    a.load = test::run_load(plan);
    const auto accepted = warm_up.accepted + a.load.accepted;
    if (accepted != requests.size() || !warm_up.problem.empty() || !a.load.problem.empty())
        note(a.problem, fmt::format("of {} webhooks {} were accepted; {}{}", requests.size(), accepted,
                                    warm_up.problem, a.load.problem));
    return accepted;
}

void check_kept(acknowledgements& a, test::daemon_fixture& daemon, std::uint64_t pending,
                std::uint64_t successful) {
    if (const auto wrong = stop_daemon(daemon); !wrong.empty()) note(a.problem, wrong);
    const auto events = test::count_events(daemon.database());
    const auto kept = test::summarize_deliveries(daemon.database());
    if (events == pending + successful && kept.pending == pending && kept.successful == successful) return;
    note(a.problem,
         fmt::format("{} events are kept; {} deliveries wait and {} succeeded instead of {} and {}", events,
                     kept.pending, kept.successful, pending, successful));
}

} // namespace

acknowledgements with_healthy_sink(const test::corpus& corpus, std::span<const std::string> requests,
                                   double rate, std::size_t connections) {
    const test::temp_directory directory;
    settle_disk(directory.path());
    const auto to = start_counting_sink();
    auto daemon = start_daemon(directory.path(), settings(*to, "10s"), corpus.jwks);
    acknowledgements a;
    const auto accepted = load(a, *daemon, requests, rate, connections);
    if (!test::wait_for_condition([&] { return to->arrived() >= accepted && count_waiting(*daemon) == 0; },
                                  60s))
        note(a.problem, fmt::format("of {} events {} arrived", accepted, to->arrived()));
    check_kept(a, *daemon, 0, accepted);
    return a;
}

acknowledgements with_hanging_sink(const test::corpus& corpus, std::span<const std::string> requests,
                                   double rate, std::size_t connections,
                                   const std::filesystem::path& database, std::size_t waiting) {
    const test::temp_directory directory;
    test::copy_store(database, directory / "events.db");
    settle_disk(directory.path());
    const auto to = start_hanging_sink();
    // Short, so that attempts end and are planned again all the while.
    auto daemon = start_daemon(directory.path(), settings(*to, "500ms"), corpus.jwks);
    acknowledgements a;
    const auto accepted = load(a, *daemon, requests, rate, connections);
    check_kept(a, *daemon, waiting + accepted, 0);
    if (test::summarize_deliveries(daemon->database()).attempts == 0) note(a.problem, "no attempt was made");
    return a;
}

} // namespace webhookd::bench
