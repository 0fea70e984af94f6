#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace webhookd;
using namespace webhookd::test;

namespace {

daemon_setup on(const postgres_database& database, const temp_directory& directory) {
    daemon_setup setup;
    setup.directory = directory.path();
    setup.storage_url = database.url();
    setup.environment = {"STATE_DIRECTORY=" + directory.path().string()};
    return setup;
}

std::string opened(int number) {
    return sample("action.opened", static_cast<std::uint64_t>(number));
}

} // namespace

TEST_CASE("a daemon on PostgreSQL keeps, delivers and shows events, also after its restart", "[postgres]") {
    if (no_postgres()) return;
    const postgres_database database{postgres_server::shared()};
    const temp_directory directory;
    daemon_fixture daemon{on(database, directory)};
    for (int i = 1; i <= 5; ++i)
        CHECK(daemon.post(opened(i)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 5; }));
    CHECK(ask(daemon, "/v1/events")["data"].Size() == 5);
    CHECK(contains(daemon.post(opened(1)).body, "duplicate"));
    daemon.restart();
    CHECK(ask(daemon, "/v1/events")["data"].Size() == 5);
    daemon.kill9();
    daemon.start();
    CHECK(daemon.post(opened(6)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 6; }));
    CHECK(daemon.terminate() == 0);
    CHECK_FALSE(contains(daemon.all_stderr_text(), "webhookd@"));
}

TEST_CASE(
    "while its database is away a daemon answers 503 with Retry-After, and goes on by itself afterwards",
    "[postgres]") {
    if (no_postgres()) return;
    postgres_server server;
    const postgres_database database{server};
    const temp_directory directory;
    daemon_fixture daemon{on(database, directory)};
    CHECK(daemon.post(opened(1)).status == 200);
    int last = 1;
    const auto away = [&] {
        const auto answer = daemon.post(opened(100));
        CHECK(answer.status == 503);
        CHECK(answer.headers.contains("retry-after"));
        CHECK(wait_for_condition([&] { return daemon.get("/readyz").status == 503; }));
    };
    const auto back = [&] {
        CHECK(wait_for_condition([&] { return daemon.get("/readyz").status == 200; }));
        CHECK(daemon.post(opened(++last)).status == 200);
        // What was claimed when the database went is claimed anew once its lease is over.
        CHECK(wait_for_condition(
            [&] { return count_deliveries(daemon, "state=successful") == static_cast<std::size_t>(last); },
            std::chrono::minutes(2)));
    };
    server.kill();
    away();
    server.start();
    back();
    server.freeze(true);
    away();
    server.freeze(false);
    // What was not answered may be kept all the same.
    CHECK(wait_for_condition([&] { return daemon.get("/readyz").status == 200; }));
    if (contains(daemon.post(opened(100)).body, "duplicate"))
        CHECK(ask(daemon, "/v1/events")["data"].Size() == 3);
    ++last;
    back();
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("check-config warns of a database that cannot be reached, without its user and password",
          "[postgres]") {
    const temp_directory directory;
    const auto file = directory / "webhookd.yaml";
    write_text(file, "endpoints: [{name: production, path: /w, signature: {mode: disabled}}]\n"
                     "server: {listen: [\"127.0.0.1:0\"]}\n"
                     "storage: {url: \"postgresql://gustave:s3cret@127.0.0.1:1/events\"}\n");
    const auto checked = run({"check-config", file.string()});
    CHECK(checked.code == 0);
    CHECK(contains(checked.err, "storage.url: warning: "));
    CHECK_FALSE(contains(checked.err, "s3cret"));
    CHECK_FALSE(contains(checked.err, "gustave"));
}
