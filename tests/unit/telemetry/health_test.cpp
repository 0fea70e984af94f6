#include <webhookd/telemetry/health.hpp>

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;
using telemetry::judge_readiness;
using telemetry::readiness_snapshot;

TEST_CASE("what can take events is ready, whatever the clock says", "[telemetry]") {
    readiness_snapshot now;
    auto& keys = now.key_sets["production"].emplace();
    keys.keys = 2;
    keys.age = 61s;
    now.key_sets["trial"] = std::nullopt;
    now.clock_doubt = 3600s;
    const auto judged = judge_readiness(now);
    CHECK(judged.ready);
    CHECK(
        judged.json ==
        R"({"stopping":false,"store":"ok","store_engine":"sqlite","queue":"ok","clock":"in doubt",)"
        R"("clock_ahead_seconds":3600,"endpoints":)"
        R"([{"name":"production","signature":"required","keys":2,"keys_age_seconds":61,"keys_from_cache":false,)"
        R"("ready":true},{"name":"trial","signature":"disabled","ready":true}],"silent_threads":[],)"
        R"("status":"ready"})");
}

TEST_CASE("another instance of the same name is told of and keeps nothing out", "[telemetry]") {
    readiness_snapshot now;
    CHECK_THAT(judge_readiness(now).json, !Catch::Contains("instance_warning"));
    now.shares_name = true;
    const auto judged = judge_readiness(now);
    CHECK(judged.ready);
    CHECK_THAT(judged.json, Catch::Contains(R"("instance_warning":"another daemon on this database has the )"
                                            R"(same name: give each its own server.instance")"));
}

TEST_CASE("each thing that stands in the way of events makes it not ready and is told", "[telemetry]") {
    const auto told = [](readiness_snapshot now) {
        const auto judged = judge_readiness(now);
        CHECK_FALSE(judged.ready);
        CHECK_THAT(judged.json, Catch::EndsWith(R"("status":"not ready"})"));
        return judged.json;
    };
    readiness_snapshot now;
    now.stopping = true;
    CHECK_THAT(told(now), Catch::Contains(R"("stopping":true)"));
    now = {};
    now.store_healthy = false;
    now.store_trouble = failure{errc::store_full, "no room"};
    CHECK_THAT(told(now), Catch::Contains(R"("store":"failing","store_error":"store-full: no room")"));
    now = {};
    now.queue_full = true;
    now.store_engine = "postgresql";
    now.store_warning = "a standby is asynchronous";
    CHECK_THAT(told(now), Catch::Contains(R"("store_engine":"postgresql","store_warning":"a standby is )"
                                          R"(asynchronous")"));
    now = {};
    now.queue_full = true;
    CHECK_THAT(told(now), Catch::Contains(R"("queue":"full")"));
    now = {};
    now.key_sets["production"].emplace().last_error = "connection refused";
    CHECK_THAT(told(now), Catch::Contains(R"("keys":0,"keys_age_seconds":null)"));
    CHECK_THAT(told(now), Catch::Contains(R"("last_error":"connection refused","ready":false)"));
    now = {};
    now.silent_threads = {"delivery"};
    CHECK_THAT(told(now), Catch::Contains(R"("silent_threads":["delivery"])"));
}
