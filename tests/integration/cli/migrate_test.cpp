#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
namespace fs = std::filesystem;

namespace {

constexpr int sent_events = 200;

daemon_setup setup_on(const std::string& url, const temp_directory& directory) {
    daemon_setup setup;
    setup.directory = directory.path();
    setup.storage_url = url;
    setup.environment = {"STATE_DIRECTORY=" + directory.path().string()};
    setup.handlers = "  audit: { type: log, level: info }\n"
                     "  broken: { type: shell, command: 'exit 3', retry: { max_attempts: 1 } }\n";
    setup.routes = "  - { name: everything, match: \"*\", handlers: [audit, broken] }\n";
    return setup;
}

/// What an operator can see, once nothing waits.
std::string exported(daemon_fixture& daemon) {
    const auto events = run_at(daemon.admin_port(), {"events", "export", "--format", "ndjson", "--payload"});
    CHECK(events.code == 0);
    CHECK(occurrences(events.out, "\n") == sent_events);
    return events.out + daemon.get("/v1/deliveries?limit=1000").body + daemon.get("/v1/events/report").body;
}

std::string export_from(const std::string& url, const temp_directory& directory) {
    daemon_fixture daemon{setup_on(url, directory)};
    const auto told = exported(daemon);
    CHECK(daemon.terminate() == 0);
    return told;
}

/// Kills it after longer and longer times, until it comes to its end before. Whenever that is, the outcome is
/// the same.
void migrate_through_kills(const std::string& from, const std::string& to, const fs::path& log) {
    for (std::chrono::milliseconds bound{1};; bound = bound * 3 / 2 + std::chrono::milliseconds{5}) {
        process running{{.argv = {daemon_program(), "migrate", "--from", from, "--to", to},
                         .stdout_file = log,
                         .stderr_file = log}};
        const auto ended = running.wait(bound);
        running.kill();
        if (!ended) continue;
        INFO(read_text(log));
        // It may have been killed between its last step and its end.
        const bool was_done = ended->code == 73 && contains(read_text(log), "a store already");
        CHECK((was_done || *ended == exit_state{0, 0}));
        return;
    }
}

} // namespace

TEST_CASE("a store that goes to PostgreSQL and back is exported byte for byte as before",
          "[migrate][postgres]") {
    if (no_postgres()) return;
    const temp_directory directory;
    const temp_directory elsewhere;
    const postgres_database database{postgres_server::shared()};
    const auto first = sqlite_url(directory / "events.db");
    const auto second = sqlite_url(directory / "back.db");
    std::string before;
    {
        daemon_fixture daemon{setup_on(first, directory)};
        for (int i = 1; i <= sent_events; ++i)
            keep(daemon, i % 3 == 0 ? "transaction.lifecycle.completed" : "action.opened",
                 static_cast<std::uint64_t>(i));
        CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=pending") == 0; }));
        before = exported(daemon);
        const auto busy = run({"migrate", "--from", first, "--to", database.url()});
        CHECK(busy.code == 69);
        CHECK(daemon.terminate() == 0);
    }
    migrate_through_kills(first, database.url(), directory / "there.log");
    CHECK(export_from(database.url(), elsewhere) == before);
    migrate_through_kills(database.url(), second, directory / "back.log");
    CHECK(export_from(second, directory) == before);
    CHECK(count_events(directory / "events.db") == sent_events);
}

TEST_CASE("migrate tells what it has copied, and what is wrong, without a secret", "[migrate]") {
    const temp_directory directory;
    const auto from = sqlite_url(directory / "events.db");
    const auto to = sqlite_url(directory / "copy.db");
    CHECK(run({"migrate", "--from", from, "--to", to}).code == 66);
    CHECK_FALSE(fs::exists(directory / "copy.db.migration"));
    {
        daemon_setup setup;
        setup.directory = directory.path();
        daemon_fixture daemon{setup};
        for (int i = 1; i <= 3; ++i)
            keep(daemon, "action.opened", static_cast<std::uint64_t>(i));
        CHECK(daemon.terminate() == 0);
    }
    const auto done = run({"migrate", "--from", from, "--to", to, "--json"});
    CHECK(done.code == 0);
    CHECK(done.err.empty());
    CHECK(parse(done.out)["events"].GetInt() == 3);
    CHECK(count_events(directory / "copy.db") == 3);
    const auto taken = run({"migrate", "--from", from, "--to", to});
    CHECK(taken.code == 73);
    CHECK(contains(taken.err, "a store already"));

    CHECK(run({"migrate", "--from", from}).code == 64);
    const std::string secret_url = "postgresql://gustave:s3cret@127.0.0.1:1/events";
    const std::vector<std::pair<std::string, int>> wrong{
        {secret_url, 74}, {"mysql://gustave:s3cret@host/events", 64}, {secret_url + "?bad=s3cret", 64}};
    for (const auto& [target, code] : wrong) {
        const auto refused = run({"migrate", "--from", from, "--to", target});
        CHECK(refused.code == code);
        CHECK_FALSE(contains(refused.err + refused.out, "s3cret"));
        CHECK_FALSE(contains(refused.err + refused.out, "gustave"));
    }
}
