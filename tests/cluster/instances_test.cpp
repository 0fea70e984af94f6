#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/scrape.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

/// Longer than two leases.
constexpr auto bound = 120s;
constexpr auto between = 50ms;

/// The daemons alpha and beta on one database.
class cluster {
public:
    explicit cluster(const daemon_setup& like = {}) {
        // One file for both: its path is a part of the configuration.
        const auto keys = *directory_ / "jwks.json";
        write_text(keys, shared_key().jwks());
        for (const char* name : {"alpha", "beta"}) {
            auto setup = like;
            setup.directory = *directory_ / name;
            std::filesystem::create_directories(setup.directory);
            setup.endpoints = "endpoints:\n  - name: production\n    path: " + setup.path +
                              "\n    signature: { mode: required, jwks: { file: \"" + keys.string() +
                              "\" } }\n";
            setup.storage_url = database.url();
            setup.server += std::string{"  instance: "} + name + '\n';
            setup.environment = {"STATE_DIRECTORY=" + setup.directory.string()};
            daemons_.push_back(std::make_unique<daemon_fixture>(setup));
        }
    }
    [[nodiscard]] daemon_fixture& alpha() { return *daemons_[0]; }
    [[nodiscard]] daemon_fixture& beta() { return *daemons_[1]; }

    /// What the database answers to a question about the schema's tables.
    std::string tell(const std::string& sql) {
        return database.execute("SET search_path TO universign_webhookd; " + sql);
    }

    std::unique_ptr<postgres_server> server = std::make_unique<postgres_server>();
    postgres_database database{*server};

private:
    std::unique_ptr<temp_directory> directory_ = std::make_unique<temp_directory>();
    std::vector<std::unique_ptr<daemon_fixture>> daemons_;
};

constexpr const char* everything = "  - { name: everything, match: \"*\", handlers: [crm] }\n";

daemon_setup forwarding(const chaos_sink& sink, const std::string& more) {
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() + "\"" + more + " }\n";
    setup.routes = everything;
    return setup;
}

std::string of_transaction(const std::string& transaction, std::uint64_t seed) {
    return sample("action.opened", seed, {{"/payload/object/transaction_id", transaction}});
}

void reload(daemon_fixture& daemon) {
    REQUIRE(http_connection(daemon.admin_port()).exchange("POST", "/v1/reload").status == 200);
}

/// Takes the handler crm out of a daemon's configuration, in which it is the only one.
void remove_crm(daemon_fixture& daemon) {
    auto text = read_text(daemon.config_file());
    for (const auto& [from, to] :
         {std::pair{daemon.setup().handlers, std::string{"  audit: { type: log }\n"}},
          std::pair{std::string{"[crm]"}, std::string{"[audit]"}}}) {
        const auto at = text.find(from);
        REQUIRE(at != text.npos);
        text.replace(at, from.size(), to);
    }
    write_text(daemon.config_file(), text);
    reload(daemon);
}

/// `NAME STATE` of each, as one daemon lists them.
std::string states(daemon_fixture& asked) {
    std::string all;
    const auto answer = ask(asked, "/v1/instances");
    for (const auto& each : answer["data"].GetArray())
        all += std::string{each["name"].GetString()} + ' ' + each["state"].GetString() + '\n';
    return all;
}

http_answer erase(daemon_fixture& daemon, const std::string& transaction) {
    return http_connection(daemon.admin_port(), bound)
        .exchange("POST", "/v1/transactions/" + transaction + "/erase");
}

std::size_t count_outages(daemon_fixture& daemon) {
    return ask(daemon, "/v1/events/gaps")["outages"].Size();
}

} // namespace

TEST_CASE("every daemon lists all of them with who is gone and whose configuration differs",
          "[cluster][waits]") {
    if (no_postgres()) return;
    cluster c;
    REQUIRE(wait_for_condition([&] { return states(c.beta()) == "alpha running\nbeta running\n"; }, bound,
                               between));
    CHECK_FALSE(ask(c.alpha(), "/v1/instances")["drift"].GetBool());
    auto shown = run_at(c.alpha().admin_port(), {"instances"});
    CHECK(shown.code == 0);
    CHECK(contains(shown.out, "alpha (answers)"));
    CHECK_FALSE(contains(shown.err, "differ"));

    write_text(c.beta().config_file(), read_text(c.beta().config_file()) + "queue: { max_pending: 500 }\n");
    reload(c.beta());
    CHECK(wait_for_condition([&] { return ask(c.alpha(), "/v1/instances")["drift"].GetBool(); }, bound,
                             between));
    shown = run_at(c.alpha().admin_port(), {"instances"});
    CHECK(contains(shown.out, " differs"));
    CHECK(contains(shown.err, "The configurations differ"));
    CHECK(ask(c.beta(), "/v1/instances")["data"][0]["differs"].GetBool());

    REQUIRE(c.alpha().terminate() == 0);
    CHECK(states(c.beta()) == "beta running\nalpha stopped\n");
    c.alpha().start();
    CHECK(wait_for_condition([&] { return contains(states(c.beta()), "alpha running"); }, bound, between));
    c.alpha().kill9();
    CHECK(
        wait_for_condition([&] { return states(c.beta()) == "beta running\nalpha gone\n"; }, bound, between));
}

TEST_CASE("two daemons with one name lose nothing and say loudly what to do", "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    REQUIRE(c.beta().terminate() == 0);
    const auto name_beta = [&](const char* from, const char* to) {
        auto text = read_text(c.beta().config_file());
        const auto at = text.find(from);
        REQUIRE(at != text.npos);
        write_text(c.beta().config_file(), text.replace(at, std::string_view{from}.size(), to));
    };
    const auto warns = [](daemon_fixture& daemon) {
        return contains(daemon.get("/readyz").body, "\"instance_warning\"");
    };
    name_beta("instance: beta", "instance: alpha");
    c.beta().start();
    REQUIRE(wait_for_condition([&] { return warns(c.alpha()) && warns(c.beta()); }, bound, between));
    CHECK(c.beta().get("/readyz").status == 200);
    CHECK(c.beta().says("give each its own server.instance"));
    CHECK(contains(states(c.alpha()), "alpha running\nalpha running\n"));
    CHECK(contains(run_at(c.beta().admin_port(), {"instances"}).err, "More than one daemon is named alpha"));
    CHECK(c.alpha().post(sample("action.opened", 1)).status == 200);
    CHECK(c.beta().post(sample("action.opened", 2)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(c.alpha(), "state=successful") == 2; }, bound,
                             between));

    REQUIRE(c.beta().terminate() == 0);
    name_beta("instance: alpha", "instance: beta");
    c.beta().start();
    CHECK(wait_for_condition([&] { return states(c.beta()) == "alpha running\nbeta running\n"; }, bound,
                             between));
    CHECK(wait_for_condition([&] { return !warns(c.alpha()); }, bound, between));
    CHECK_FALSE(warns(c.beta()));
}

TEST_CASE("a daemon that is killed and starts again at once is not taken for two", "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    c.beta().kill9();
    c.beta().start();
    // Once the run before is forgotten, all that it could be taken for is over.
    REQUIRE(wait_for_condition(
        [&] {
            CHECK(states(c.alpha()) == "alpha running\nbeta running\n");
            return c.tell("SELECT count(*) FROM instances WHERE name = 'beta'") == "1";
        },
        bound, 1s));
    CHECK_FALSE(contains(c.beta().stderr_text(), "server.instance"));
    CHECK_FALSE(contains(c.beta().get("/readyz").body, "instance_warning"));
}

TEST_CASE("figures of the whole cluster are marked and those of one daemon are not", "[cluster]") {
    if (no_postgres()) return;
    cluster c;
    const scrape s(c.alpha());
    CHECK(s.has("webhookd_store_info{engine=\"postgresql\"}"));
    CHECK(s["webhookd_store_at_risk"] == 0);
    CHECK(s.has("webhookd_deliveries_pending{scope=\"cluster\"}"));
    CHECK(s.has("webhookd_store_events{scope=\"cluster\"}"));
    CHECK(s.has("webhookd_handler_in_flight{handler=\"audit\"}"));
    CHECK(contains(c.alpha().get("/readyz").body, "\"store_engine\":\"postgresql\""));
}

TEST_CASE("a handler that is removed from one daemon after the other fails deliveries with the last",
          "[cluster][waits]") {
    if (no_postgres()) return;
    chaos_sink sink;
    sink.next(http_reply(500, ""));
    cluster c{forwarding(sink, ", retry: { initial: 1h, jitter: none }")};
    REQUIRE(c.alpha().post(sample("action.opened", 1)).status == 200);
    REQUIRE(wait_for_condition([&] { return c.tell("SELECT sum(attempts) FROM deliveries") == "1"; }, bound,
                               between));
    remove_crm(c.alpha());
    // While it leaves what waits to beta it looks again and again: the first look is over with the second.
    const auto lease = [&] {
        return c.tell(
            "SELECT coalesce(max(d.until), 0) FROM duties d JOIN instances i ON i.session = d.session "
            "WHERE d.name = 'orphans' AND i.name = 'alpha'");
    };
    c.tell("DELETE FROM duties WHERE name = 'orphans'");
    REQUIRE(wait_for_condition([&] { return lease() != "0"; }, bound, between));
    const auto first = lease();
    REQUIRE(wait_for_condition([&] { return lease() != first && lease() != "0"; }, bound, between));
    CHECK(count_deliveries(c.alpha(), "state=pending") == 1);
    remove_crm(c.beta());
    CHECK(
        wait_for_condition([&] { return count_deliveries(c.alpha(), "state=failed") == 1; }, bound, between));
}

TEST_CASE("an erasure is answered 200 once no daemon can deliver what was erased", "[cluster][waits]") {
    if (no_postgres()) return;
    chaos_sink sink;
    sink.next(chaos::hang());
    cluster c{forwarding(sink, ", concurrency: 1, timeout: 1h")};
    REQUIRE(c.beta().terminate() == 0);
    // The first holds alpha's only slot; the second is claimed, and waits in alpha's memory.
    REQUIRE(c.alpha().post(of_transaction("tx_running", 1)).status == 200);
    REQUIRE(wait_for_condition([&] { return sink.requests().size() == 1; }));
    REQUIRE(c.alpha().post(of_transaction("tx_waiting", 2)).status == 200);
    const auto claims = [&] { return c.tell("SELECT count(*) FROM deliveries WHERE token IS NOT NULL"); };
    REQUIRE(wait_for_condition([&] { return claims() == "2"; }, bound, between));
    c.beta().start();

    CHECK(erase(c.beta(), "tx_waiting").status == 200);
    CHECK(claims() == "1");
    const auto refused = erase(c.beta(), "tx_running");
    CHECK(refused.status == 503); // an attempt has it
    CHECK(contains(refused.body, "repeat the call"));
    CHECK(sink.requests().size() == 1);
    sink.go_down(); // which ends the attempt
    CHECK(erase(c.beta(), "tx_running").status == 200);
    CHECK(claims() == "0");
    sink.come_up();
    CHECK(c.tell("SELECT count(*) FROM payloads") == "0");
    REQUIRE(c.alpha().post(of_transaction("tx_later", 3)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(c.alpha(), "state=successful") == 1; }, bound,
                             between));
    CHECK(count_deliveries(c.alpha(), "state=failed") == 2);
}

TEST_CASE("an erasure waits for what a dead daemon had claimed no longer than a lease", "[cluster][waits]") {
    if (no_postgres()) return;
    chaos_sink sink;
    sink.next(chaos::hang());
    cluster c{forwarding(sink, ", timeout: 1h")};
    REQUIRE(c.beta().terminate() == 0);
    REQUIRE(c.alpha().post(of_transaction("tx_1", 1)).status == 200);
    REQUIRE(wait_for_condition([&] { return sink.requests().size() == 1; }));
    c.beta().start();
    c.alpha().kill9();
    CHECK(erase(c.beta(), "tx_1").status == 200);
    CHECK(sink.requests().size() == 1);
}

TEST_CASE("it is an outage when no daemon was there and none when one was restarted", "[cluster][waits]") {
    if (no_postgres()) return;
    cluster c;
    const auto is_settled = [&] {
        return c.tell("SELECT count(*) FROM instances WHERE away_from IS NOT NULL") == "0";
    };
    REQUIRE(wait_for_condition(
        [&] { return states(c.alpha()) == "alpha running\nbeta running\n" && is_settled(); }, bound,
        between));
    const auto run = [&] { return c.tell("SELECT max(session) FROM instances WHERE name = 'beta'"); };
    const auto before = run();
    c.beta().kill9();
    c.beta().start();
    REQUIRE(wait_for_condition([&] { return run() != before && is_settled(); }, bound, between));
    CHECK(count_outages(c.alpha()) == 0);

    c.alpha().kill9();
    c.beta().kill9();
    c.beta().start();
    CHECK(wait_for_condition([&] { return count_outages(c.beta()) == 1; }, bound, between));
    c.alpha().start();
    REQUIRE(wait_for_condition(
        [&] { return states(c.beta()) == "alpha running\nbeta running\n" && is_settled(); }, bound, between));
    const auto told = ask(c.alpha(), "/v1/events/gaps");
    REQUIRE(told["outages"].Size() == 1);
    CHECK(told["outages"][0]["reason"].GetString() == std::string{"died"});
}
