#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/own_mounts.hpp"
#include "support/silent_name_server.hpp"
#include "support/unread_log.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::contains;
using test::count_deliveries;
using test::daemon_without_reader;
using test::wait_for_condition;

namespace {

constexpr std::size_t disk_size = 64 * 1024 * 1024;

const std::string routes =
    "routes:\n  - { name: all, match: \"*\", handlers: [audit, lost, hanging, crm] }\n";

const std::string soon = "retry: { initial: 50ms, max_delay: 1s, max_attempts: 10000 }";

/// The healthy one, one that nobody hears, one whose address is never found, and one that never answers.
std::string handlers(const std::string& lost, const std::string& hanging, const std::string& crm) {
    return "  audit: { type: log, timeout: 300ms }\n"
           "  lost: { type: forward, url: \"" +
           lost + "\", timeout: 500ms, " + soon + " }\n  hanging: { type: forward, url: \"" + hanging +
           "\", timeout: 2s, concurrency: 4, " + soon + " }\n  crm: { type: forward, url: \"" + crm + "\", " +
           soon + " }\n";
}

/// Takes all the room that is left.
std::filesystem::path fill(const std::filesystem::path& disk) {
    auto ballast = disk / "ballast";
    std::ofstream out(ballast, std::ios::binary);
    const std::string block(4096, 'x');
    while (out << block << std::flush) {
    }
    return ballast;
}

/// Posts one event after the other until one is not taken, or there were enough; what was acknowledged.
std::vector<std::string> post(daemon_without_reader& daemon, std::uint64_t from, std::size_t most) {
    std::vector<std::string> acknowledged;
    for (auto seed = from; acknowledged.size() < most; ++seed) {
        const auto body = test::sample("transaction.lifecycle.completed", seed);
        const auto status = daemon.post(body);
        if (status != 200) {
            CHECK(status == 503);
            break;
        }
        acknowledged.push_back(body);
    }
    return acknowledged;
}

std::size_t bodies_at(const test::chaos_sink& sink, const std::vector<std::string>& bodies) {
    std::set<std::string> got;
    for (const auto& request : sink.requests())
        got.insert(request.body);
    std::size_t found = 0;
    for (const auto& body : bodies)
        found += got.contains(body) ? 1 : 0;
    return found;
}

} // namespace

TEST_CASE("an unread log, a silent name server, a hanging receiver and a full disk at once lose nothing",
          "[chaos]") {
    const test::temp_directory disk;
    auto mounts = test::own_mounts::make();
    const auto name_server = mounts ? test::silent_name_server::start(*mounts) : std::nullopt;
    if (!name_server) {
        WARN("this test is skipped: it needs root, mount namespaces and port 53 of 127.77.53.1");
        return;
    }
    mounts->small_disk(disk.path(), disk_size);
    test::chaos_sink healthy;
    test::chaos_sink hanging;
    hanging.next(test::chaos::hang(), 100'000);
    daemon_without_reader daemon(
        routes + "handlers:\n" + handlers("http://receiver.silent.test/hook", hanging.url(), healthy.url()),
        disk.path());

    auto acknowledged = post(daemon, 1, 200);
    REQUIRE(acknowledged.size() == 200);
    CHECK(wait_for_condition([&] { return bodies_at(healthy, acknowledged) == 200; }));
    CHECK(hanging.connections() > 0);

    const auto ballast = fill(disk.path());
    const auto beyond = post(daemon, 1001, 10'000);
    CHECK(beyond.size() < 10'000);
    const auto health = daemon.get("/readyz");
    CHECK(health.status == 503);
    CHECK(contains(health.body, R"("store":"failing","store_error")"));
    CHECK(daemon.get("/healthz").status == 200);

    std::filesystem::remove(ballast);
    REQUIRE(wait_for_condition([&] { return daemon.get("/readyz").status == 200; }));
    const auto after = post(daemon, 20'001, 100);
    CHECK(after.size() == 100);
    acknowledged.insert(acknowledged.end(), beyond.begin(), beyond.end());
    acknowledged.insert(acknowledged.end(), after.begin(), after.end());
    CHECK(wait_for_condition([&] { return bodies_at(healthy, acknowledged) == acknowledged.size(); }));
    CHECK(daemon.end(daemon_without_reader::reader::sleeps) == 0);

    // In a world that behaves, all of them get everything.
    test::chaos_sink found;
    test::daemon_setup setup;
    setup.directory = disk.path();
    setup.handlers = handlers(found.url("/lost"), found.url("/hanging"), healthy.url());
    setup.routes = "  - { name: all, match: \"*\", handlers: [audit, lost, hanging, crm] }\n";
    test::daemon_fixture recovered(setup);
    CHECK(wait_for_condition([&] { return count_deliveries(recovered, "state=pending") == 0; }, 120s));
    CHECK(count_deliveries(recovered, "state=failed") == 0);
    CHECK(test::ask(recovered, "/v1/events/count")["events"].GetUint64() == acknowledged.size());
    CHECK(bodies_at(found, acknowledged) == acknowledged.size());
}
