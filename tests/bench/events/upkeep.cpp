#include "bench/events/upkeep.hpp"

#include "bench/events/webhooks.hpp"
#include "support/command_line.hpp"
#include "support/http_connection.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace webhookd::bench {

namespace {

using namespace std::chrono_literals;

/// A second: far below what the daemon can take, so that latency tells of what holds it up.
constexpr double pace = 300;
/// The archive's oldest events, so many with each call.
constexpr std::size_t purged_at_a_call = 1000;

/// Purges ever younger events, by hand.
class purge {
public:
    purge(std::uint16_t port, const archive& a)
        : admin_(port, 60s)
        , archive_(a) {}

    std::uint64_t operator()(const std::atomic<bool>&) {
        next_ += purged_at_a_call;
        const auto before = to_rfc3339(archive_.created(std::min(next_, archive_.events() - 1)));
        const auto answer = admin_.exchange("POST", "/v1/events/purge?created_lt=" + before);
        if (answer.status != 200) throw std::runtime_error("a purge was answered " + answer.body);
        return test::parse(answer.body)["events"].GetUint64();
    }

private:
    test::http_connection admin_;
    const archive& archive_;
    std::size_t next_ = 0;
};

/// Copies the database, as the command does. Once it is enough, a copy that has begun is given up. Copies
/// stay to the end: to remove gigabytes holds the disk up as well.
std::uint64_t back_up(const std::filesystem::path& database, std::size_t number,
                      const std::atomic<bool>& enough) {
    const auto copy = database.parent_path() / fmt::format("copy-{}.db", number);
    const auto said = database.parent_path() / "backup.txt";
    test::process command({.argv = {test::daemon_program(), "backup", "--database", database, "--to", copy},
                           .stderr_file = said});
    std::optional<test::exit_state> ended;
    while (!(ended = command.wait(20ms))) {
        std::error_code none;
        const auto written = std::filesystem::file_size(copy.string() + ".part", none);
        if (!enough || none || written == 0) continue;
        command.kill();
        return written;
    }
    if (ended->code != 0) throw std::runtime_error("a backup failed: " + test::read_text(said));
    return std::filesystem::file_size(copy);
}

} // namespace

beside_upkeep acknowledge_beside_upkeep(test::daemon_fixture& daemon, const archive& a,
                                        const std::filesystem::path& database,
                                        std::span<const std::string> requests, const options& opts) {
    beside_upkeep runs;
    webhooks source(daemon.ingest_port(), requests, 3 * opts.rounds, opts, runs.problem);
    purge purging(daemon.admin_port(), a);
    std::size_t copies = 0;
    const auto backing_up = [&](const auto& enough) { return back_up(database, ++copies, enough); };
    for (std::size_t round = 0; round < opts.rounds; ++round) {
        runs.alone.merge(source.send(pace).latency);
        runs.purging.merge(source.send_beside("purge", std::ref(purging), runs.purged_events, pace).latency);
        runs.backing_up.merge(source.send_beside("backup", backing_up, runs.copied_bytes, pace).latency);
    }
    return runs;
}

} // namespace webhookd::bench
