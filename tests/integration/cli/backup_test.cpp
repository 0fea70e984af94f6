#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

using namespace webhookd;
namespace fs = std::filesystem;
using test::ask;
using test::contains;
using test::daemon_fixture;
using test::daemon_setup;
using test::sample;

namespace {

/// Posts events without a pause until it is destroyed; meanwhile the shared key is its own.
class posting {
public:
    posting(std::uint16_t port, std::string path)
        : thread_([this, port, path = std::move(path)] {
            test::http_connection connection(port);
            while (!stop_) {
                const auto body = sample("action.opened", 10'000 + acknowledged_);
                const auto answer = connection.post_webhook(path, body, test::shared_key().sign(body));
                if (answer.status == 200) ++acknowledged_;
            }
        }) {}
    ~posting() {
        stop_ = true;
        thread_.join();
    }
    [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

private:
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> acknowledged_{0};
    std::thread thread_;
};

} // namespace

TEST_CASE("a backup of a daemon under load holds all that was acknowledged before it", "[backup]") {
    daemon_fixture daemon;
    const auto copy = daemon.directory() / "copy" / "events.db";
    fs::create_directory(copy.parent_path());
    std::uint64_t before = 0;
    {
        posting load(daemon.ingest_port(), daemon.setup().path);
        REQUIRE(test::wait_for_condition([&] { return load.acknowledged() >= 100; }));
        before = load.acknowledged();
        const auto done =
            test::run({"backup", "--config", daemon.config_file().string(), "--to", copy.string(), "--json"});
        INFO(done.err);
        REQUIRE(done.code == 0);
        const auto report = test::parse(done.out);
        CHECK(report["events"].GetUint64() >= before);
        CHECK(report["bytes"].GetUint64() == fs::file_size(copy));
        // The daemon goes on.
        const auto then = load.acknowledged();
        REQUIRE(test::wait_for_condition([&] { return load.acknowledged() > then; }));
    }
    for (const auto& each : fs::directory_iterator(copy.parent_path()))
        CHECK(each.path().filename() == "events.db");
    REQUIRE(daemon.terminate() == 0);

    daemon_setup setup;
    setup.directory = copy.parent_path();
    daemon_fixture restored(setup);
    std::set<std::string> kept;
    for (const auto& each : test::read_events(daemon.database()))
        if (static_cast<std::uint64_t>(each.offset) <= before) kept.insert(each.id);
    CHECK(kept.size() == before);
    for (const auto& id : kept)
        CHECK(ask(restored, "/v1/events/" + id)["raw_body"].IsString());
    CHECK(restored.post(sample("action.opened", 1)).status == 200);
}

TEST_CASE("a backup replaces nothing unless it is told to, and says what is wrong", "[backup]") {
    daemon_fixture daemon;
    test::keep(daemon, "action.opened", 1);
    const auto to = daemon.directory() / "copy.db";
    const auto backup = [&](std::vector<std::string> more) {
        std::vector<std::string> call{"backup", "--database", daemon.database().string(), "--to",
                                      to.string()};
        call.insert(call.end(), more.begin(), more.end());
        return test::run(std::move(call));
    };
    test::write_text(to, "precious");
    const auto refused = backup({});
    CHECK(refused.code == 73);
    CHECK(contains(refused.err, "--force"));
    CHECK(test::read_text(to) == "precious");
    const auto done = backup({"--force"});
    CHECK(done.code == 0);
    CHECK(contains(done.out, "1 events, "));
    CHECK(test::count_events(to) == 1);
    CHECK((fs::status(to).permissions() & fs::perms::others_all) == fs::perms::none);

    const auto elsewhere = [&](const fs::path& database, const fs::path& target) {
        return test::run({"backup", "--database", database.string(), "--to", target.string()}).code;
    };
    CHECK(elsewhere(daemon.directory() / "none.db", daemon.directory() / "c.db") == 66);
    CHECK(elsewhere(daemon.config_file(), daemon.directory() / "c.db") == 74);
    CHECK(elsewhere(daemon.database(), daemon.directory() / "none" / "c.db") == 73);
    CHECK_FALSE(fs::exists(daemon.directory() / "c.db"));
    CHECK_FALSE(fs::exists(daemon.directory() / "c.db.part"));
    CHECK(test::run({"backup", "--config", "/none.yaml", "--to", to.string()}).code == 78);
}

TEST_CASE("a daemon that does not run is backed up too", "[backup]") {
    daemon_fixture daemon;
    test::keep(daemon, "action.opened", 1);
    const auto first = daemon.directory() / "after_kill.db";
    const auto second = daemon.directory() / "after_stop.db";
    daemon.kill9();
    const auto backup = [&](const fs::path& to) {
        return test::run({"backup", "--database", daemon.database().string(), "--to", to.string()});
    };
    CHECK(backup(first).code == 0);
    CHECK(test::count_events(first) == 1);
    daemon.start();
    CHECK(daemon.terminate() == 0);
    CHECK(backup(second).code == 0);
    CHECK(test::count_events(second) == 1);
}
