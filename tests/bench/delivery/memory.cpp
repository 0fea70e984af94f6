#include <webhookd/event/sample.hpp>

#include "bench/delivery/backlog.hpp"
#include "bench/delivery/daemon.hpp"
#include "bench/delivery/pace.hpp"
#include "bench/delivery/pressure.hpp"
#include "bench/delivery/sink.hpp"
#include "support/admin_api.hpp"
#include "support/process_usage.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <fmt/format.h>

namespace webhookd::bench {

namespace {

constexpr std::size_t webhooks = 100; // taken beside the backlog

bool all_attempts_run(test::daemon_fixture& daemon) {
    return test::ask(daemon, "/v1/handlers")["data"][0]["in_flight"].GetUint64() == forward_concurrency;
}

} // namespace

memory_use measure_memory(std::size_t waiting) {
    using namespace std::chrono_literals;
    using clock = std::chrono::steady_clock;
    const auto to = start_hanging_sink();
    const test::temp_directory directory;
    memory_use m;
    m.waiting = waiting;
    m.fill = fill_store(directory / "events.db", waiting, R"({"object":"event","payload":{}})");
    m.store_bytes = std::filesystem::file_size(directory / "events.db");

    const auto launched = clock::now();
    // So long a timeout that no attempt ends within the run.
    auto daemon =
        start_daemon(directory.path(), fmt::format("type: forward, url: \"{}\", concurrency: {}, timeout: 1h",
                                                   to->url(), forward_concurrency));
    m.start = clock::now() - launched;
    const auto pid = daemon->running().pid();
    if (!test::wait_for_condition([&] { return all_attempts_run(*daemon); }, 60s))
        note(m.problem, "the handler does not come to its concurrency");
    std::size_t accepted = 0;
    for (std::uint64_t seed = 1; seed <= webhooks; ++seed)
        accepted +=
            daemon->post(event::make_sample("action.opened", {.seed = seed, .started = {}}).value()).status ==
            200;
    const auto told = count_waiting(*daemon);
    const auto listed = test::count_deliveries(*daemon, "state=pending");
    if (!test::wait_until_idle(pid, 60s)) note(m.problem, "the daemon does not come to rest");
    m.peak_rss_bytes = test::usage_of(pid).peak_rss_bytes;

    if (const auto wrong = stop_daemon(*daemon); !wrong.empty()) note(m.problem, wrong);
    const auto kept = test::summarize_deliveries(daemon->database());
    if (accepted != webhooks || listed == 0 || told != waiting + webhooks || kept.pending != told)
        note(m.problem,
             fmt::format("{} of {} webhooks accepted; {} deliveries were to wait, {} did, {} at the end",
                         accepted, webhooks, waiting + webhooks, told, kept.pending));
    return m;
}

} // namespace webhookd::bench
