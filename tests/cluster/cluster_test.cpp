#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/event_samples.hpp"
#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/stream_listener.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

/// Longer than a lease, and what comes after it.
constexpr auto bound = 90s;

/// Two daemons on one database.
class cluster {
public:
    explicit cluster(const daemon_setup& like = {}) {
        for (const char* name : {"alpha", "beta"}) {
            auto setup = like;
            setup.directory = *directory_ / name;
            std::filesystem::create_directories(setup.directory);
            setup.storage_url = database.url();
            setup.server += std::string{"  instance: "} + name + '\n';
            setup.environment = {"STATE_DIRECTORY=" + setup.directory.string()};
            daemons_.push_back(std::make_unique<daemon_fixture>(setup));
        }
    }
    [[nodiscard]] daemon_fixture& operator[](std::size_t number) { return *daemons_[number % 2]; }

    std::unique_ptr<postgres_server> server = std::make_unique<postgres_server>();
    postgres_database database{*server};

private:
    std::unique_ptr<temp_directory> directory_ = std::make_unique<temp_directory>();
    std::vector<std::unique_ptr<daemon_fixture>> daemons_;
};

/// An event of one of some transactions.
std::string of_transaction(int transaction, int number) {
    return sample("action.opened", static_cast<std::uint64_t>(transaction * 1000 + number),
                  {{"/payload/object/transaction_id", "tx_" + std::to_string(transaction)}});
}

std::string id_in(const std::string& answer) {
    rapidjson::Document told;
    told.Parse(answer.c_str());
    return told["event"].GetString();
}

daemon_setup forwarding(const chaos_sink& sink, const std::string& more) {
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() + "\"" + more + " }\n";
    setup.routes = "  - { name: everything, match: \"*\", handlers: [crm] }\n";
    return setup;
}

} // namespace

TEST_CASE("what any daemon has answered 200 is there after crashes of the database", "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    std::set<std::string> acknowledged;
    int number = 0;
    for (int crash = 0; crash < 3; ++crash) {
        std::atomic<bool> down = false;
        std::thread crashing{[&] {
            std::this_thread::sleep_for(200ms); // at any moment of the posts below
            c.server->kill();
            down = true;
        }};
        while (!down) {
            const auto answer = c[static_cast<std::size_t>(number)].post(
                sample("action.opened", static_cast<std::uint64_t>(number)));
            ++number;
            if (answer.status == 200) acknowledged.insert(id_in(answer.body));
        }
        crashing.join();
        c.server->start();
        for (const std::size_t each : {0, 1})
            CHECK(wait_for_condition([&] { return c[each].get("/readyz").status == 200; }, bound));
    }
    REQUIRE_FALSE(acknowledged.empty());
    for (const auto& id : acknowledged)
        CHECK(c[0].get("/v1/events/" + id).status == 200);
}

TEST_CASE("an event that two daemons receive at the same moment is accepted once", "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    std::vector<std::pair<std::string, std::string>> events; // signed before: a signer is for one thread
    for (std::uint64_t i = 0; i < 100; ++i) {
        auto body = sample("action.opened", i);
        auto signature = shared_key().sign(body);
        events.emplace_back(std::move(body), std::move(signature));
    }
    std::map<std::string, int> told;
    std::mutex mutex;
    std::vector<std::thread> posting;
    for (const std::size_t each : {0, 1})
        posting.emplace_back([&, each] {
            for (const auto& [body, signature] : events) {
                const auto answer = c[each].post(body, signature).body;
                const std::lock_guard lock{mutex};
                ++told[contains(answer, "duplicate") ? "duplicate" : "accepted"];
            }
        });
    for (auto& each : posting)
        each.join();
    CHECK(told == std::map<std::string, int>{{"accepted", 100}, {"duplicate", 100}});
    CHECK(c.database.execute("SELECT count(*) FROM universign_webhookd.events") == "100");
    CHECK(wait_for_condition([&] { return count_deliveries(c[0], "state=successful") == 100; }));
}

TEST_CASE("what a killed daemon was delivering another delivers within a lease", "[cluster][waits]") {
    if (no_postgres()) return;
    chaos_sink sink;
    sink.next(chaos::hang());
    cluster c{forwarding(sink, ", timeout: 1h")};
    CHECK(c[0].post(sample("action.opened", 1)).status == 200);
    REQUIRE(wait_for_condition([&] { return sink.requests().size() == 1; }));
    c[0].kill9(); // either of the two may have claimed it
    c[1].kill9();
    c[1].start();
    CHECK(wait_for_condition([&] { return count_deliveries(c[1], "state=successful") == 1; }, bound));
    CHECK(sink.requests().size() == 2);
}

TEST_CASE("events of one transaction are delivered in order on two daemons, through failures and kills",
          "[cluster]") {
    if (no_postgres()) return;
    constexpr int transactions = 4;
    constexpr int events = 15;
    chaos_sink sink;
    sink.next(http_reply(500, ""), 10);
    cluster c{forwarding(sink, ", order_by: transaction, retry: { initial: 100ms, max_delay: 200ms }")};
    std::map<int, std::vector<std::string>> arrived;
    for (int n = 0; n < events; ++n) {
        for (int t = 0; t < transactions; ++t) {
            const auto answer = c[static_cast<std::size_t>(n + t)].post(of_transaction(t, n));
            REQUIRE(answer.status == 200);
            arrived[t].push_back(id_in(answer.body));
        }
        if (n == events / 2) {
            c[1].kill9();
            c[1].start();
        }
    }
    REQUIRE(wait_for_condition(
        [&] { return count_deliveries(c[0], "state=successful") == std::size_t{transactions} * events; },
        bound));
    // At least once: the first time that each was sent counts.
    const auto requests = sink.requests();
    for (const auto& [t, ids] : arrived) {
        std::vector<std::string> sent;
        for (const auto& each : requests)
            for (const auto& id : ids)
                if (contains(each.body, id) && std::find(sent.begin(), sent.end(), id) == sent.end())
                    sent.push_back(id);
        CHECK(sent == ids);
    }
}

TEST_CASE("a live tail misses no event of any daemon, and goes on at another", "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    CHECK(c[0].post(sample("action.opened", 0)).status == 200);
    stream_listener tail{c[0]};
    std::vector<std::string> ids;
    for (std::uint64_t i = 1; i <= 20; ++i) {
        const auto answer = c[i].post(sample("action.opened", i));
        REQUIRE(answer.status == 200);
        ids.push_back(id_in(answer.body));
    }
    for (int i = 0; i < 10; ++i)
        CHECK(tail.next_id() == ids[static_cast<std::size_t>(i)]);
    stream_listener other{c[1], "", "Last-Event-ID: " + tail.last() + "\r\n"};
    for (int i = 10; i < 20; ++i)
        CHECK(other.next_id() == ids[static_cast<std::size_t>(i)]);
}

TEST_CASE("what one daemon plans starts on another that is idle, by notification and without", "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    for (std::uint64_t i = 0; i < 4; ++i) {
        CHECK(c[0].post(sample("action.opened", i)).status == 200);
    }
    CHECK(wait_for_condition([&] { return count_deliveries(c[1], "state=successful") == 4; }));
    REQUIRE(c[0].terminate() == 0);
    // As a replay elsewhere, whose notification was lost.
    c.database.execute("UPDATE universign_webhookd.deliveries SET state = 0, finished = NULL, "
                       "due = universign_webhookd.now_us()");
    c.database.execute("UPDATE universign_webhookd.totals SET plans = plans + 1");
    CHECK(wait_for_condition([&] {
        return c.database.execute("SELECT count(*) FROM universign_webhookd.deliveries WHERE state = 1") ==
               "4";
    }));
}
