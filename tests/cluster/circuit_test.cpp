#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/event_samples.hpp"
#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/scrape.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

/// Longer than two leases.
constexpr auto bound = 120s;
constexpr auto between = 50ms;

/// Two daemons on one database that forward to one receiver. One failure opens the circuit, for an hour.
class cluster {
public:
    cluster() {
        for (const char* name : {"alpha", "beta"}) {
            daemon_setup setup;
            setup.directory = *directory_ / name;
            std::filesystem::create_directories(setup.directory);
            setup.handlers = "  crm: { type: forward, url: \"" + sink.url() +
                             "\", timeout: 2h, retry: { initial: 100ms, max_delay: 100ms }, circuit_breaker: "
                             "{ failures: 1, open_for: 1h } }\n";
            setup.routes = "  - { name: everything, match: \"*\", handlers: [crm] }\n";
            setup.storage_url = database.url();
            setup.server += std::string{"  instance: "} + name + '\n';
            setup.environment = {"STATE_DIRECTORY=" + setup.directory.string()};
            daemons_.push_back(std::make_unique<daemon_fixture>(setup));
        }
    }
    [[nodiscard]] daemon_fixture& operator[](std::size_t number) { return *daemons_[number % 2]; }

    /// The circuit as each of the two tells it.
    [[nodiscard]] std::array<std::string, 2> circuits() {
        return {circuit_of(*daemons_[0]), circuit_of(*daemons_[1])};
    }
    [[nodiscard]] bool both_are(const char* state) {
        return circuits() == std::array<std::string, 2>{state, state};
    }
    /// One tests the circuit, and the other knows it.
    [[nodiscard]] bool one_tests() {
        const auto now = circuits();
        return now == std::array<std::string, 2>{"half_open", "open"} ||
               now == std::array<std::string, 2>{"open", "half_open"};
    }
    /// Lets an event in, whose delivery fails and opens the circuit.
    void open_circuit() {
        sink.next(http_reply(500, ""));
        REQUIRE((*this)[0].post(sample("action.opened", 0)).status == 200);
        REQUIRE(wait_for_condition([this] { return both_are("open"); }, bound, between));
        REQUIRE(sink.requests().size() == 1);
    }
    /// As if the hour were over; under another name, so that the daemons look.
    void end_opening() {
        database.execute("UPDATE universign_webhookd.circuits SET until = universign_webhookd.now_us(), "
                         "opening = opening + 1000000");
    }

    chaos_sink sink;
    std::unique_ptr<postgres_server> server = std::make_unique<postgres_server>();
    postgres_database database{*server};

private:
    static std::string circuit_of(daemon_fixture& daemon) {
        const auto told = ask(daemon, "/v1/handlers");
        for (const auto& each : told["data"].GetArray())
            if (each["name"].GetString() == std::string{"crm"}) return each["circuit"].GetString();
        return "missing";
    }

    std::unique_ptr<temp_directory> directory_ = std::make_unique<temp_directory>();
    std::vector<std::unique_ptr<daemon_fixture>> daemons_;
};

} // namespace

TEST_CASE("a circuit that one daemon opens holds for the other and one attempt of both tests it",
          "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    c.open_circuit();
    for (std::uint64_t i = 1; i <= 10; ++i)
        REQUIRE(c[i].post(sample("action.opened", i)).status == 200);
    for (const std::size_t each : {0, 1}) {
        CHECK(ask(c[each], "/v1/handlers")["data"][0]["circuit_scope"].GetString() == std::string{"cluster"});
        const scrape s(c[each]);
        CHECK(s["webhookd_handler_circuit_state{handler=\"crm\",state=\"open\",scope=\"cluster\"}"] == 1);
    }
    CHECK(c.sink.requests().size() == 1);

    c.sink.next(chaos::hang()); // the test has no answer yet
    c.end_opening();
    REQUIRE(
        wait_for_condition([&] { return c.sink.requests().size() == 2 && c.one_tests(); }, bound, between));
    CHECK(c.sink.requests().size() == 2);
    c.sink.go_down(); // which ends it
    REQUIRE(wait_for_condition([&] { return c.both_are("open"); }, bound, between));
    c.sink.come_up();
    CHECK(c.sink.requests().size() == 2);

    c.end_opening();
    CHECK(
        wait_for_condition([&] { return count_deliveries(c[0], "state=successful") == 11; }, bound, between));
    CHECK(wait_for_condition([&] { return c.both_are("closed"); }, bound, between));
    CHECK(c.database.execute("SELECT count(*) FROM universign_webhookd.circuits") == "0");
    CHECK(c.sink.requests().size() == 13);
}

TEST_CASE("when the daemon that tests a circuit is killed the other tests it within a lease",
          "[cluster][waits]") {
    if (no_postgres()) return;
    cluster c;
    c.open_circuit();
    REQUIRE(c[0].post(sample("action.opened", 1)).status == 200);
    c.sink.next(chaos::hang());
    c.end_opening();
    REQUIRE(
        wait_for_condition([&] { return c.sink.requests().size() == 2 && c.one_tests(); }, bound, between));
    const std::size_t tester = c.circuits()[0] == "half_open" ? 0 : 1;
    c[tester].kill9();
    auto& other = c[tester + 1];
    CHECK(
        wait_for_condition([&] { return count_deliveries(other, "state=successful") == 2; }, bound, between));
    CHECK(c.sink.requests().size() == 4);
    CHECK(c.database.execute("SELECT count(*) FROM universign_webhookd.circuits") == "0");
}
