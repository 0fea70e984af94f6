#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <set>
#include <string>

using namespace webhookd;
namespace fs = std::filesystem;
using test::contains;
using test::daemon_fixture;
using test::sample;
using test::wait_for_condition;

namespace {

/// Posts numbered events and knows which were acknowledged.
struct poster {
    int post(daemon_fixture& daemon) {
        const auto answer = daemon.post(sample("action.opened", ++last));
        if (answer.status == 200) acknowledged.insert(last);
        if (answer.status == 503) refusal = answer.body;
        return static_cast<int>(answer.status);
    }
    void post(daemon_fixture& daemon, int count) {
        for (int i = 0; i < count; ++i)
            REQUIRE(post(daemon) == 200);
    }
    void check_all_kept(const fs::path& database) const {
        std::set<std::string> kept;
        for (const auto& each : test::read_events(database))
            kept.insert(each.body);
        for (const auto seed : acknowledged) {
            CAPTURE(seed);
            CHECK(kept.contains(sample("action.opened", seed)));
        }
    }

    std::uint64_t last = 0;
    std::set<std::uint64_t> acknowledged;
    std::string refusal;
};

bool becomes_unready(daemon_fixture& daemon, const std::string& name) {
    return wait_for_condition([&] {
        const auto answer = daemon.get("/readyz");
        return answer.status == 503 && contains(answer.body, name);
    });
}

bool recovers(daemon_fixture& daemon, poster& posts) {
    return wait_for_condition([&] { return daemon.get("/readyz").status == 200; }) &&
           posts.post(daemon) == 200;
}

/// What comes now is kept as well as what came before, whatever ends the daemon.
void check_nothing_is_lost(daemon_fixture& daemon, poster& posts) {
    posts.post(daemon, 20);
    daemon.kill9();
    posts.check_all_kept(daemon.database());
    daemon.start();
    CHECK(posts.post(daemon) == 200);
}

} // namespace

TEST_CASE("while the database or its journal is moved away nothing is acknowledged, and it recovers when it "
          "is back",
          "[chaos][store]") {
    const std::string suffix = GENERATE(as<std::string>{}, "", "-wal", "-shm");
    CAPTURE(suffix);
    daemon_fixture daemon;
    poster posts;
    posts.post(daemon, 20);
    const auto file = fs::path(daemon.database().string() + suffix);
    const auto away = daemon.directory() / "away";
    fs::rename(file, away);
    CHECK(posts.post(daemon) == 503);
    CHECK(contains(posts.refusal, file.filename().string() + " was removed or moved away"));
    CHECK(becomes_unready(daemon, file.filename().string() + " was removed or moved away"));
    CHECK(posts.post(daemon) == 503);
    CHECK(daemon.get("/v1/events").status != 0); // reading goes on, or fails; nobody hangs
    fs::rename(away, file);
    CHECK(recovers(daemon, posts));
    check_nothing_is_lost(daemon, posts);
}

TEST_CASE("another file in the place of the database or its journal is not taken for it", "[chaos][store]") {
    const std::string suffix = GENERATE(as<std::string>{}, "", "-wal");
    CAPTURE(suffix);
    daemon_fixture daemon;
    poster posts;
    posts.post(daemon, 20);
    const auto backup = daemon.directory() / "older.db";
    REQUIRE(test::run({"backup", "--database", daemon.database().string(), "--to", backup.string()}).code ==
            0);
    posts.post(daemon, 20);
    const auto file = fs::path(daemon.database().string() + suffix);
    const auto away = daemon.directory() / "away";
    fs::rename(file, away);
    fs::rename(backup, file);
    CHECK(posts.post(daemon) == 503);
    CHECK(becomes_unready(daemon, "another file stands in the place of " + file.filename().string()));
    fs::rename(away, file);
    CHECK(recovers(daemon, posts));
    REQUIRE(daemon.terminate() == 0);
    posts.check_all_kept(daemon.database());
}

TEST_CASE("a journal or its index that is removed under the daemon is made anew, and nothing is lost",
          "[chaos][store]") {
    const std::string suffix = GENERATE(as<std::string>{}, "-wal", "-shm");
    CAPTURE(suffix);
    daemon_fixture daemon;
    poster posts;
    posts.post(daemon, 50);
    fs::remove(daemon.database().string() + suffix);
    CHECK(posts.post(daemon) == 503);
    CHECK(recovers(daemon, posts));
    check_nothing_is_lost(daemon, posts);
}

TEST_CASE("a stop while the journal is gone leaves a whole database", "[chaos][store]") {
    daemon_fixture daemon;
    poster posts;
    posts.post(daemon, 50);
    fs::remove(daemon.database().string() + "-wal");
    REQUIRE(daemon.terminate() == 0);
    posts.check_all_kept(daemon.database());
    daemon.start();
    CHECK(posts.post(daemon) == 200);
}

TEST_CASE("without its lock file the database still lets no second daemon in, and the first makes it anew",
          "[chaos][store]") {
    daemon_fixture daemon;
    poster posts;
    posts.post(daemon, 5);
    const auto lock = fs::path(daemon.database().string() + ".lock");
    fs::remove(lock);
    const auto second = test::run({"serve", "--config", daemon.config_file().string()});
    CHECK(second.code == 69);
    CHECK(contains(second.err, "in use by"));
    fs::remove(lock);
    CHECK(daemon.says("the lock file was removed or replaced"));
    CHECK(wait_for_condition([&] { return fs::exists(lock); }));
    CHECK(recovers(daemon, posts));
}

TEST_CASE("a backup beside a left-over journal is refused by name, and is itself once that is away",
          "[chaos][store]") {
    daemon_fixture daemon;
    poster posts;
    posts.post(daemon, 10);
    const auto backup = daemon.directory() / "copy.db";
    REQUIRE(test::run({"backup", "--database", daemon.database().string(), "--to", backup.string()}).code ==
            0);
    posts.post(daemon, 40);
    daemon.kill9();
    const auto journal = fs::path(daemon.database().string() + "-wal");
    REQUIRE(fs::file_size(journal) > 0);

    SECTION("the backup over the database") {
        fs::copy_file(backup, daemon.database(), fs::copy_options::overwrite_existing);
        daemon.launch();
        CHECK_FALSE(daemon.wait_until_ready());
        CHECK(contains(daemon.stderr_text(),
                       "the database is a backup, but a journal, events.db-wal, is left over"));
        // Nor is a copy made of such a mixture.
        const auto copy = test::run({"backup", "--database", daemon.database().string(), "--to",
                                     (daemon.directory() / "mixture.db").string()});
        CHECK(copy.code == 74);
        fs::remove(journal);
        daemon.start();
        CHECK(test::ask(daemon, "/v1/events/count")["events"].GetInt64() == 10);
    }
    SECTION("no database at all") {
        const auto away = daemon.directory() / "away.db";
        fs::rename(daemon.database(), away);
        daemon.launch();
        CHECK_FALSE(daemon.wait_until_ready());
        CHECK(contains(daemon.stderr_text(),
                       "there is no database, but a journal, events.db-wal, is left over"));
        fs::rename(away, daemon.database());
        daemon.start();
        CHECK(test::ask(daemon, "/v1/events/count")["events"].GetInt64() == 50);
    }
    CHECK(daemon.post(sample("action.opened", 1000)).status == 200);
}

TEST_CASE("a backup never replaces a file of a database that is in use", "[chaos][store]") {
    daemon_fixture daemon;
    daemon_fixture other;
    poster posts;
    posts.post(daemon, 10);
    const auto folder = daemon.directory();
    fs::create_hard_link(daemon.database(), folder / "hard.db");
    fs::create_symlink("events.db", folder / "sym.db");
    const auto refused = [](const fs::path& from, const fs::path& to, int code = 73) {
        CAPTURE(from.string(), to.string());
        CHECK(test::run({"backup", "--database", from.string(), "--force", "--to", to.string()}).code ==
              code);
    };
    for (const char* name : {"events.db", "hard.db", "sym.db"})
        for (const char* from : {"events.db", "hard.db", "sym.db"})
            refused(folder / from, folder / name);
    for (const char* name : {"events.db-wal", "events.db-shm", "events.db.lock"})
        for (const char* from : {"events.db", "sym.db"})
            refused(folder / from, folder / name);
    // Under another name the database is without its journal, and a copy would lack events.
    refused(folder / "hard.db", folder / "copy.db", 66);
    CHECK_FALSE(fs::exists(folder / "copy.db"));
    refused(other.database(), daemon.database());
    CHECK(recovers(daemon, posts));
    daemon.kill9();
    posts.check_all_kept(daemon.database());
}
