#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/signature_keys.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <future>
#include <string>

using namespace webhookd;
using test::contains;
using test::count_deliveries;
using test::daemon_fixture;
using test::keep;
using test::parse;
using test::run;
using test::run_at;
using test::sample;
using test::wait_for_condition;

namespace {

std::ptrdiff_t lines(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
}

} // namespace

TEST_CASE("an operator searches, counts and looks into events", "[cli][events]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    CHECK(run_at(port, {"events", "list"}).out == "none\n");
    keep(daemon, "action.opened", 1);
    const auto id = keep(daemon, "transaction.lifecycle.completed", 1);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));

    const auto table = run_at(port, {"events", "list"});
    CHECK(table.code == 0);
    CHECK(table.out.starts_with("created                   type"));
    CHECK(lines(table.out) == 3);
    CHECK(!contains(table.out, "\x1b")); // no colours into a file
    CHECK(lines(run_at(port, {"events", "list", "--type", "transaction"}).out) == 2);
    CHECK(run_at(port, {"events", "list", "--since", "1h"}).out == "none\n");
    CHECK(run_at(port, {"events", "list", "--after", "2026-01-01", "--before", "2026-02-01"}).out ==
          "none\n");
    const auto first = run_at(port, {"events", "list", "--limit", "1"});
    CHECK(contains(first.err, "There are more: --cursor "));
    CHECK(run_at(port, {"events", "count"}).out == "2\n");
    CHECK(parse(run_at(port, {"events", "count", "--type", "action", "--json"}).out)["events"].GetInt64() ==
          1);
    CHECK(lines(run_at(port, {"events", "types"}).out) == 25);

    const auto shown = run_at(port, {"events", "show", id});
    CHECK(shown.code == 0);
    for (const std::string part : {"RESPONSE", "SIGNATURE", "DELIVERIES", "STORY", "audit", "action.opened"})
        CHECK(contains(shown.out, part));
    CHECK(run_at(port, {"events", "show", id, "--raw"}).out == sample("transaction.lifecycle.completed", 1));
    CHECK(parse(run_at(port, {"events", "show", id, "--json"}).out)["id"].GetString() == id);
    const auto missing = run_at(port, {"events", "show", "evt_none"});
    CHECK(missing.code == 65);
    CHECK(contains(missing.err, "There is no such event."));
}

TEST_CASE("an operator proves an event again, with the key that was kept or with one's own",
          "[cli][events]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    const auto id = keep(daemon, "action.closed", 1);
    const auto proven = run_at(port, {"events", "show", id, "--verify"});
    CHECK(proven.code == 0);
    CHECK(contains(proven.out, "The signature holds"));

    const test::temp_directory directory;
    const auto other = test::kept_key("other", 2048);
    test::write_text(directory / "other.json", other.jwks());
    const auto refused =
        run_at(port, {"events", "show", id, "--verify", "--jwks", (directory / "other.json").string()});
    CHECK(refused.code == 65);
    CHECK(contains(refused.out, "does not hold"));
}

TEST_CASE("an operator exports to a pipe or to a file that is there only when it is whole", "[cli][events]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        keep(daemon, "action.opened", seed);
    const auto piped = run_at(port, {"events", "export"});
    CHECK(piped.code == 0);
    CHECK(lines(piped.out) == 4);
    CHECK(piped.err.empty());
    CHECK(lines(run_at(port, {"events", "export", "--format", "ndjson", "--payload"}).out) == 3);
    CHECK(run_at(port, {"events", "export", "--payload"}).code == 64);

    const test::temp_directory directory;
    const auto file = directory / "events.csv";
    CHECK(run_at(port, {"events", "export", "--out", file.string()}).code == 0);
    CHECK(test::read_text(file) == piped.out);
    CHECK(std::filesystem::exists(directory / "events.csv.part") == false);
    const auto elsewhere = directory / "never.csv";
    const auto failed =
        run_at(port, {"events", "export", "--out", elsewhere.string(), "--after", "yesterday"});
    CHECK(failed.code == 65);
    CHECK(contains(failed.err, "'created_gt'"));
    CHECK_FALSE(std::filesystem::exists(elsewhere));
    CHECK_FALSE(std::filesystem::exists(directory / "never.csv.part"));
    CHECK(run_at(test::free_port(), {"events", "export"}).code == 69);
}

TEST_CASE("an operator follows events, over a restart too", "[cli][events]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1);
    const int port = daemon.admin_port();
    auto tail = std::async(std::launch::async, [port] {
        return run_at(port, {"events", "tail", "--count", "2", "--json"});
    });
    // It has begun when it tells of an event; those before may be lost on it.
    std::uint64_t seed = 10;
    while (tail.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout && seed < 1500)
        keep(daemon, "action.opened", seed++);
    const auto followed = tail.get();
    CHECK(followed.code == 0);
    CHECK(lines(followed.out) == 2);
    CHECK(run_at(test::free_port(), {"events", "tail"}).code == 69);
    CHECK(run_at(port, {"events", "tail", "--type", ","}).code == 65);
}

TEST_CASE("an operator replays events, and is asked to choose them", "[cli][events]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    const auto id = keep(daemon, "action.opened", 1);
    keep(daemon, "action.closed", 2);
    CHECK(run_at(port, {"events", "replay"}).code == 64);
    CHECK(run_at(port, {"events", "replay", "--dry-run"}).out ==
          "2 deliveries would be planned of 2 events\n");
    CHECK(run_at(port, {"events", "replay", id}).out == "1 deliveries planned of 1 events\n");
    CHECK(run_at(port, {"events", "replay", "--type", "action"}).out == "2 deliveries planned of 2 events\n");
    const auto json = parse(run_at(port, {"events", "replay", "--type", "apikey", "--json"}).out);
    CHECK(json["events"].GetInt64() == 0);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 5; }));
}

TEST_CASE("an operator reads the report of a month", "[cli][events]") {
    daemon_fixture daemon;
    const int port = daemon.admin_port();
    keep(daemon, "transaction.lifecycle.completed", 1, {{"/createdAt", "2026-03-10T00:00:00Z"}});
    const auto march = run_at(port, {"report", "--month", "2026-03"});
    CHECK(march.code == 0);
    CHECK(contains(march.out, "total       10\n"));
    CHECK(contains(march.out, "seals       2\n"));
    for (const std::string line :
         {"level_0  1\n", "level_1  1\n", "level_2  2\n", "level_3  1\n", "level_4  1\n"})
        CHECK(contains(march.out, line));
    CHECK(parse(run_at(port, {"report", "--month", "2026-04", "--json"}).out)["total"].GetInt64() == 0);
    CHECK(run({"report", "--month", "March"}).code == 64);
}
