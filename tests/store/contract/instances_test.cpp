#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;
using store::outage;
using store::outage_reason;

namespace {

struct fixture : contract_fixture {
    void sign(const store::heartbeat& s) { REQUIRE(kept->record_heartbeat(s)); }
    std::vector<outage> all(const store::outage_search& wanted = {}) { return kept->outages(wanted).value(); }
};

} // namespace

TEST_CASE("the time between two runs is an outage, and it is told how the first one ended",
          "[store][outages]") {
    fixture f;
    f.sign({.now = noon, .first = true});
    CHECK(f.all().empty()); // nothing is known of the time before
    f.sign({.now = noon + 1min});
    f.reopen();
    f.sign({.now = noon + 5min, .first = true});
    CHECK(f.all() == std::vector{outage{outage_reason::crashed, "", noon + 1min, noon + 5min, 0}});
    f.sign({.now = noon + 6min, .last = true});
    f.reopen();
    f.sign({.now = noon + 8min, .first = true});
    CHECK(f.all().front() == outage{outage_reason::stopped, "", noon + 6min, noon + 8min, 0});
    CHECK(f.all().size() == 2);
}

TEST_CASE("the time between two runs is an outage also when the instance has another name then",
          "[store][outages]") {
    fixture f;
    f.sign({.now = noon, .instance = "alpha", .first = true});
    f.sign({.now = noon + 1min, .instance = "alpha", .last = true});
    f.reopen();
    f.sign({.now = noon + 5min, .instance = "beta", .first = true});
    CHECK(f.all() == std::vector{outage{outage_reason::stopped, "", noon + 1min, noon + 5min, 0}});
}

TEST_CASE("a duty has a leader at any time, who keeps it by asking again", "[store][instances]") {
    fixture f;
    for (const auto which : {store::duty::retention, store::duty::orphans})
        for (int i = 0; i < 3; ++i) {
            INFO(to_string(which));
            CHECK(f.kept->try_lead(which, 1h).value());
        }
}

TEST_CASE("an event that was kept is a heartbeat too", "[store][outages]") {
    fixture f;
    f.sign({.now = noon, .first = true});
    auto e = make_event("evt_1");
    e.received = noon + 40s;
    f.keep(e);
    f.sign({.now = noon + 5min, .first = true});
    CHECK(f.all() == std::vector{outage{outage_reason::crashed, "", noon + 40s, noon + 5min, 0}});
    // A clock that was set back tells of no time.
    f.sign({.now = noon - 1h, .first = true});
    CHECK(f.all().size() == 1);
}

TEST_CASE("a refusal takes the place of what was known of it", "[store][outages]") {
    fixture f;
    const outage begun{outage_reason::keys, "production", noon, noon, 1};
    const outage grown{outage_reason::keys, "production", noon, noon + 3min, 7};
    const outage other{outage_reason::keys, "alpha", noon, noon + 1min, 2};
    f.sign({.now = noon, .first = true, .refusals = {&begun, 1}});
    const std::vector later{grown, other};
    f.sign({.now = noon + 3min, .refusals = later});
    CHECK(f.all() == later);
    f.reopen();
    CHECK(f.all() == later);
}

TEST_CASE("outages are those that touch a period, of an endpoint or of all, newest first",
          "[store][outages]") {
    fixture f;
    const std::vector kept{outage{outage_reason::queue, "a", noon, noon + 2min, 1},
                           outage{outage_reason::disk, "b", noon + 10min, noon + 12min, 1},
                           outage{outage_reason::stopped, "", noon + 20min, noon + 22min, 0}};
    f.sign({.now = noon, .refusals = kept});
    CHECK(f.all() == std::vector{kept[2], kept[1], kept[0]});
    CHECK(f.all({.after = noon + 2min, .before = noon + 20min}) == std::vector{kept[1]});
    CHECK(f.all({.after = noon + 11min, .before = noon + 21min}) == std::vector{kept[2], kept[1]});
    CHECK(f.all({.endpoint = "a"}) == std::vector{kept[2], kept[0]});
    CHECK(f.all({.limit = 1}) == std::vector{kept[2]});
    // Those of the year before last are forgotten at a start.
    f.sign({.now = noon + 401 * 24h, .first = true});
    REQUIRE(f.all().size() == 1);
    CHECK(f.all()[0].reason == outage_reason::crashed);
}

TEST_CASE("outages are not forgotten because of a clock that leapt ahead", "[store][outages]") {
    fixture f;
    f.sign({.now = noon, .first = true});
    f.sign({.now = noon + 1min, .last = true});
    f.sign({.now = noon + 5min, .first = true});
    REQUIRE(f.all().size() == 1);
    REQUIRE(f.kept->keep_clock({noon + 6min, {}, {}}, std::nullopt).has_value());
    f.reopen();
    f.sign({.now = noon + 500 * 24h, .first = true});
    CHECK(f.all().back() == outage{outage_reason::stopped, "", noon + 1min, noon + 5min, 0});
    REQUIRE(f.kept->keep_clock({noon + 500 * 24h, {}, {}}, std::nullopt).has_value());
    f.reopen();
    f.sign({.now = noon + 501 * 24h, .first = true});
    for (const auto& each : f.all())
        CHECK(each.began > noon + 1min);
}

TEST_CASE("an instance is listed with what it told last and the duties that it leads", "[store][instances]") {
    fixture f;
    CHECK(f.kept->list_instances(10).value().empty());
    store::instance_state state{"1.2.3", "0123456789abcdef", 3, {"crm", "audit"}};
    f.sign({.now = noon, .instance = "alpha", .first = true, .state = state});
    for (const auto which : {store::duty::orphans, store::duty::retention})
        REQUIRE(f.kept->try_lead(which, 1h).value());
    state.in_flight = 5;
    f.sign({.now = noon + 10s, .instance = "alpha", .state = state});
    const auto all = f.kept->list_instances(10).value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].name == "alpha");
    CHECK(all[0].presence == store::presence::running);
    CHECK(all[0].since == noon);
    CHECK(all[0].last_heartbeat == noon + 10s);
    CHECK(all[0].told.version == "1.2.3");
    CHECK(all[0].told.fingerprint == "0123456789abcdef");
    CHECK(all[0].told.in_flight == 5);
    CHECK(all[0].leads == std::vector{store::duty::retention, store::duty::orphans});
    CHECK(f.kept->list_instances(0).value().empty());
    CHECK(f.kept->handlers_elsewhere().value().empty()); // its own are not elsewhere

    f.sign({.now = noon + 1min, .instance = "alpha", .last = true, .state = state});
    const auto ended = f.kept->list_instances(10).value();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].presence == store::presence::stopped);
    CHECK(ended[0].leads.empty());
    f.sign({.now = noon + 2min, .instance = "alpha", .first = true, .state = state});
    CHECK(f.kept->list_instances(10).value().at(0).since == noon + 2min);
}

TEST_CASE("the key of fingerprints is long and stays while the store is open", "[store][instances]") {
    fixture f;
    const auto key = f.kept->fingerprint_key();
    CHECK(key.size() == 32);
    CHECK(key != std::string(32, '\0'));
    CHECK(f.kept->fingerprint_key() == key);
}
