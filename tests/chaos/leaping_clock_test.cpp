#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

namespace {

constexpr const char* faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

bool has_faketime() {
    if (std::filesystem::exists(faketime)) return true;
    WARN("this test is skipped: it needs Debian's package faketime");
    return false;
}

/// The wall clock of a daemon, and of nothing else; its steady clock stays true.
class leaping_clock {
public:
    leaping_clock() { set("+0"); }

    void set(const std::string& offset) {
        test::write_text(directory_ / "next", offset + "\n");
        std::filesystem::rename(directory_ / "next", directory_ / "now");
    }
    [[nodiscard]] std::vector<std::string> environment() const {
        return {std::string("LD_PRELOAD=") + faketime,
                "FAKETIME_TIMESTAMP_FILE=" + (directory_ / "now").string(), "FAKETIME_NO_CACHE=1",
                "DONT_FAKE_MONOTONIC=1"};
    }

private:
    test::temp_directory directory_;
};

daemon_setup forwarding(const test::chaos_sink& sink, const leaping_clock& clock, const std::string& more) {
    daemon_setup setup;
    setup.environment = clock.environment();
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() + "\"" + more + " }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: crm }\n";
    return setup;
}

std::size_t times_posted(const test::chaos_sink& sink, const std::string& body) {
    std::size_t count = 0;
    for (const auto& each : sink.requests())
        count += each.body == body ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("a clock that leaps ahead while an attempt runs starts no second one beside it", "[chaos]") {
    if (!has_faketime()) return;
    const auto order = GENERATE(as<std::string>{}, "none", "transaction");
    test::chaos_sink sink;
    leaping_clock clock;
    daemon_fixture daemon(
        forwarding(sink, clock, ", timeout: 8s, retry: { initial: 10ms }, order_by: " + order));
    sink.next(test::chaos::hang());
    REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 200);
    REQUIRE(wait_for_condition([&] { return sink.requests().size() == 1; }));
    clock.set("+1h");
    REQUIRE(daemon.says("the wall clock leapt"));
    REQUIRE(daemon.post(test::sample("action.opened", 2)).status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    CHECK(times_posted(sink, test::sample("action.opened", 1)) == 1);

    // The attempt ends by its timeout, and the next one succeeds.
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));
    CHECK(times_posted(sink, test::sample("action.opened", 1)) == 2);
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("what failed or came while the clock was ahead runs as soon as the clock is right", "[chaos]") {
    if (!has_faketime()) return;
    test::chaos_sink sink;
    leaping_clock clock;
    clock.set("+2d");
    daemon_fixture daemon(forwarding(sink, clock, ", retry: { initial: 10m, max_delay: 15m, jitter: none }"));
    sink.next(test::http_reply(503, ""));
    REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 200);
    // Recorded with the wrong clock: what is recorded with the right one has its delay from then on.
    REQUIRE(wait_for_condition(
        [&] { return test::ask(daemon, "/v1/deliveries/1")["attempts"].GetInt64() == 1; }));
    clock.set("+0");
    REQUIRE(daemon.says("the wall clock leapt"));
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    REQUIRE(daemon.post(test::sample("action.opened", 2)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("what a run with its clock ahead has put off runs at the next start", "[chaos]") {
    if (!has_faketime()) return;
    test::chaos_sink sink;
    leaping_clock clock;
    clock.set("+2d");
    auto setup = forwarding(sink, clock, ", order_by: transaction, concurrency: 1, timeout: 60s");
    setup.server = "  shutdown_grace: 100ms\n";
    daemon_fixture daemon(setup);
    sink.next(test::chaos::hang());
    for (std::uint64_t seed = 1; seed <= 5; ++seed) // one is cut off, the others are never tried
        REQUIRE(daemon.post(test::sample("action.opened", seed)).status == 200);
    REQUIRE(wait_for_condition([&] { return sink.requests().size() == 1; }));
    CHECK(daemon.terminate() == 0);
    clock.set("+0");
    daemon.start();
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 5; }));
    CHECK(daemon.says("a time that a wrong clock had set"));
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("a clock that leaps ahead makes no delivery too old", "[chaos]") {
    if (!has_faketime()) return;
    test::chaos_sink sink;
    leaping_clock clock;
    sink.go_down();
    daemon_fixture daemon(forwarding(
        sink, clock, ", retry: { initial: 100ms, max_delay: 1s, max_attempts: 10000, max_age: 1h }"));
    REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 200);
    REQUIRE(daemon.says("an attempt failed; there will be another"));
    clock.set("+2d");
    // After the leap it is tried again and again, and is not given up.
    const auto tries = [&] {
        return test::occurrences(daemon.stderr_text(), "an attempt failed; there will be another");
    };
    const auto before = tries();
    REQUIRE(wait_for_condition([&] { return tries() >= before + 3; }));
    CHECK(count_deliveries(daemon, "state=failed") == 0);
    clock.set("+0");
    sink.come_up();
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
}
