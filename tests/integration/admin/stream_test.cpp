#include "support/admin_api.hpp"
#include "support/event_samples.hpp"
#include "support/raw_client.hpp"
#include "support/stream_listener.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace webhookd;
using test::daemon_fixture;
using test::keep;
using test::raw_client;
using listener = test::stream_listener;

TEST_CASE("a live tail tells of events as they arrive, and goes on where it ended", "[admin][events]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1);
    std::string last;
    {
        listener tail(daemon);
        CHECK(tail.head().find("text/event-stream") != std::string::npos);
        CHECK_THAT(tail.start(), Catch::StartsWith("1-")); // what was there before is not told
        const auto second = keep(daemon, "action.opened", 2);
        CHECK(tail.next_id() == second);
        const auto third = keep(daemon, "action.closed", 3);
        CHECK(tail.next_id() == third);
        last = tail.last();
    }
    const auto fourth = keep(daemon, "action.opened", 4);
    daemon.restart();
    const auto fifth = keep(daemon, "action.opened", 5);
    listener again(daemon, "", "Last-Event-ID: " + last + "\r\n");
    CHECK(again.next_id() == fourth);
    CHECK(again.next_id() == fifth);
    // From the very start, in the order of arrival.
    listener all(daemon, "", "Last-Event-ID: 0\r\n");
    for (int i = 0; i < 3; ++i)
        all.next_id();
    CHECK(all.next_id() == fourth);
}

TEST_CASE("a live tail has filters, for types too that nobody has seen yet", "[admin][events]") {
    daemon_fixture daemon;
    listener closed(daemon, "?type=action.closed");
    listener novel(daemon, "?type=novelty");
    keep(daemon, "action.opened", 1);
    const auto wanted = keep(daemon, "action.closed", 2);
    const auto news = keep(daemon, "action.opened", 3, {{"/type", "novelty.seen"}});
    CHECK(closed.next_id() == wanted);
    CHECK(novel.next_id() == news);
}

TEST_CASE("a live tail does not hold up the end of the daemon, and ends whole", "[admin][events]") {
    daemon_fixture daemon;
    listener tail(daemon);
    CHECK(daemon.terminate() == 0);
    CHECK(tail.next("0") == ""); // the last chunk
}

TEST_CASE("a live tail that makes no sense is refused", "[admin][events]") {
    daemon_fixture daemon;
    CHECK(daemon.get("/v1/events/stream?q=x").status == 400);
    CHECK(daemon.get("/v1/events/stream?type=,").status == 400);
    test::http_connection connection(daemon.admin_port());
    CHECK(connection.exchange("GET", "/v1/events/stream", {{"Last-Event-ID", "seven"}}).status == 400);
}

TEST_CASE("an id of another life of the database starts afresh, and the stream says so", "[admin][events]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1);
    REQUIRE(daemon.terminate() == 0);
    const auto backup = daemon.directory() / "backup.db";
    std::filesystem::copy_file(daemon.database(), backup);
    daemon.start();
    keep(daemon, "action.opened", 2);
    std::string before;
    std::string lost;
    {
        listener all(daemon, "", "Last-Event-ID: 0\r\n");
        all.next_id();
        before = all.last();
        all.next_id();
        lost = all.last();
    }
    REQUIRE(daemon.terminate() == 0);
    for (const auto* suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(daemon.database().string() + suffix);
    std::filesystem::copy_file(backup, daemon.database());
    daemon.start();

    const auto with = [&](const std::string& id) {
        return listener(daemon, "", "Last-Event-ID: " + id + "\r\n");
    };
    // The number is beyond the newest event, and later it is another event's.
    for (int round = 0; round < 2; ++round) {
        for (const auto& id : std::vector<std::string>{lost, "1000000", "1", "9223372036854775807",
                                                       "99999999999999999999999999", "1-0123456789abcdef"}) {
            INFO(id);
            raw_client client(daemon.admin_port());
            client.send("GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: " + id +
                        "\r\n\r\n");
            std::string greeting;
            for (std::string line; !line.starts_with("id: "); line = client.read_line("\n"))
                greeting += line + '\n';
            CHECK_THAT(greeting, Catch::Contains("event: reset\n"));
        }
        auto tail = with(lost);
        CHECK(tail.next_id() == keep(daemon, "action.closed", 10 + static_cast<unsigned>(round)));
    }
    // What both lives have in common is gone on from.
    auto tail = with(before);
    CHECK(tail.start() == before);
    tail.next_id();
    CHECK_THAT(tail.last(), Catch::StartsWith("2-"));
}

TEST_CASE("cursors at the edge of what a number holds are refused", "[admin][events]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1);
    for (const auto* cursor : {"9223372036854775807.1", "-9223372036854775808.1", "1.9223372036854775807",
                               "1.-1", "1.-9223372036854775808", "9223372036854775807.9223372036854775807",
                               "9223372036854775808.1", "1", "."}) {
        INFO(cursor);
        CHECK(daemon.get(std::string("/v1/events?cursor=") + cursor).status == 400);
    }
    for (const auto* cursor : {"9223372036854775807", "9223372036854775808", "-1", "0"})
        CHECK(daemon.get(std::string("/v1/deliveries?cursor=") + cursor).status == 400);
    CHECK(daemon.get("/v1/events").status == 200);
}
