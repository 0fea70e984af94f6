#include <webhookd/store/sqlite.hpp>

#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/store_file.hpp"
#include "support/store_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t batch = 500;

/// WEBHOOKD_MIGRATE_EVENTS, for a run that takes its time and tells how long.
const char* asked_for() {
    return std::getenv("WEBHOOKD_MIGRATE_EVENTS");
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t many_events = 5000; // some batches of each step
#else
constexpr std::size_t many_events = 20'000;
#endif

std::size_t wanted_events() {
    const auto* asked = asked_for();
    return asked != nullptr ? std::stoul(asked) : many_events;
}

/// Events with a delivery each that was successful, so that no daemon has anything to do.
void fill(const fs::path& database, std::size_t events) {
    auto opened = store::open_sqlite_store({.file = database});
    REQUIRE(opened);
    auto& to = **opened;
    const auto key = std::make_shared<const store::key_text>(store::key_text{"key_1", R"({"kid":"key_1"})"});
    for (std::size_t first = 1; first <= events; first += batch) {
        auto some = make_events("evt_", std::min(batch, events - first + 1), first);
        for (auto& e : some) {
            e.key = key;
            e.body += std::string(500, ' ') + e.envelope.id;
            e.deliveries = {audit};
        }
        REQUIRE(to.append(some));
        std::vector<store::finished_delivery> ends;
        const auto claimed = to.claim({.handler = "audit", .lease = 1min, .limit = 2 * batch});
        REQUIRE(claimed);
        for (const auto& each : claimed->deliveries)
            ends.push_back(
                {each.claim, store::delivery_state::successful, {}, {each.since, 1ms, 200, "", ""}});
        REQUIRE(to.finish(ends));
    }
    REQUIRE(to.pending() == 0);
}

/// Waits as long as it takes, within reason.
void run_long(std::vector<std::string> arguments, const fs::path& log) {
    arguments.insert(arguments.begin(), daemon_program());
    const auto began = std::chrono::steady_clock::now();
    process running{{.argv = arguments, .stdout_file = log, .stderr_file = log}};
    const auto ended = running.wait(1h);
    INFO(read_text(log));
    REQUIRE(ended == exit_state{0, 0});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (asked_for() != nullptr) WARN(arguments[1] << ' ' << arguments[2] << ": " << took.count() << " s");
}

fs::path export_from(const std::string& url, const std::string& name, const temp_directory& directory) {
    daemon_setup setup;
    setup.directory = directory.path();
    setup.storage_url = url;
    setup.storage = "  retention: { payloads: forever, events: forever }\n"; // they are some years old
    setup.environment = {"STATE_DIRECTORY=" + directory.path().string()};
    daemon_fixture daemon{setup};
    const auto out = directory / name;
    run_long({"events", "export", "--format", "ndjson", "--payload", "--out", out.string(), "--admin",
              address(daemon.admin_port())},
             directory / "export.log");
    CHECK(daemon.terminate() == 0);
    return out;
}

bool same_bytes(const fs::path& a, const fs::path& b) {
    std::ifstream first{a, std::ios::binary};
    std::ifstream second{b, std::ios::binary};
    using bytes = std::istreambuf_iterator<char>;
    return std::equal(bytes{first}, bytes{}, bytes{second}, bytes{});
}

} // namespace

TEST_CASE("a large store goes to PostgreSQL and back and its exports are identical", "[migrate][postgres]") {
    if (no_postgres()) return;
    const temp_directory directory;
    const postgres_database database{postgres_server::shared()};
    const auto first = sqlite_url(directory / "events.db");
    const auto second = sqlite_url(directory / "back.db");
    const auto log = directory / "migrate.log";
    fill(directory / "events.db", wanted_events());
    run_long({"migrate", "--from", first, "--to", database.url()}, log);
    run_long({"migrate", "--from", database.url(), "--to", second}, log);
    const auto before = export_from(first, "before.ndjson", directory);
    CHECK(fs::file_size(before) > wanted_events() * 500);
    CHECK(same_bytes(before, export_from(database.url(), "there.ndjson", directory)));
    CHECK(same_bytes(before, export_from(second, "back.ndjson", directory)));
}
