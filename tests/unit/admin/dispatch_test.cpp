#include <webhookd/runtime/event_loops.hpp>

#include "admin/route.hpp"
#include "support/watched_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace webhookd;
using http::verb;

namespace {

/// Plans one delivery, whatever the event.
struct crm_planner final : store::delivery_planner {
    std::vector<store::planned_delivery> plan(std::string_view, const event::envelope&,
                                              const event::document&) const override {
        return {{"crm"}};
    }
};

/// The whole API on a loop that is the test's own thread.
struct fixture {
    explicit fixture(const config::admin& admin = {})
        : who(admin, clock) {
        reloads.close();
    }
    ~fixture() {
        readers.join();
        writer.stop();
    }

    http::response ask(verb method, std::string_view path, std::string_view query = {},
                       const std::string& token = {}, const std::string& body = {},
                       const std::string& type = "application/json") {
        boost::beast::http::request_header<> headers;
        headers.method(method);
        headers.set("Last-Event-ID", last_event_id);
        if (!token.empty()) headers.set(http::field::authorization, "Bearer " + token);
        if (!body.empty() && !type.empty()) headers.set(http::field::content_type, type);
        http::request r{headers, path, query, {}};
        r.body = body;
        r.caller.local = true;
        REQUIRE_FALSE(api->admit(r).has_value());
        return run(api->handle(r));
    }

    /// The loop is kept busy until the result is there: another thread may still be about to bring it.
    template <class Value>
    Value run(runtime::task<Value> work) {
        loop.restart();
        auto guard = boost::asio::make_work_guard(loop);
        std::optional<Value> brought;
        const auto done = [&](const std::exception_ptr& thrown, Value value) {
            if (!thrown) brought = std::move(value);
            guard.reset();
        };
        boost::asio::co_spawn(loop.get_executor(), std::move(work), done);
        loop.run();
        REQUIRE(brought.has_value());
        return std::move(*brought);
    }

    test::watched_store kept;
    const runtime::system_clock clock;
    boost::asio::io_context loop;
    store::group_writer writer{kept, {}};
    delivery::engine engine{{kept, kept, kept, kept, {kept}}, writer, clock, clock};
    crm_planner planner;
    runtime::background_pool readers{1, "reader"};
    admin::access who;
    admin::arrivals arrived;
    admin::universign_api universign{{}};
    admin::reload_requests reloads{[] {}};
    runtime::shared_value<admin::running_configuration> running{
        {{}, {"webhookd.yaml"}, {}, clock.now(), config::route_trial(config::configuration())}};
    telemetry::store_counter counter{kept, kept, kept};
    std::string last_event_id = "0"; ///< of a client that comes again
    std::unique_ptr<http::service> api = admin::make_api({
        .who = who,
        .log = kept,
        .events = kept,
        .deliveries = kept,
        .queue = kept,
        .retention = kept,
        .instances = kept,
        .writer = writer,
        .readers = readers,
        .planner = planner,
        .engine = engine,
        .clock = clock,
        .arrived = arrived,
        .universign = universign,
        .reloads = reloads,
        .running = running,
        .counter = counter,
        .origin_of = [](const auto&, const auto&) { return admin::key_origin(); },
        .metrics = [] { return telemetry::metrics_snapshot(); },
        .readiness = [] { return telemetry::readiness_snapshot(); },
    });
};

std::string path_of(const admin::route& to) {
    std::string path(to.path);
    if (const auto at = path.find("{id}"); at != std::string::npos)
        path.replace(at, 4, path.starts_with("/v1/deliveries") ? "1" : "evt_1");
    if (const auto at = path.find("{name}"); at != std::string::npos) path.replace(at, 6, "crm");
    return path;
}

/// What some routes need beside their path.
std::string query_of(const admin::route& to) {
    return to.path == "/v1/events/purge" ? "created_lt=2026-01-01" : "";
}

unsigned number(const http::response& r) {
    return static_cast<unsigned>(r.status);
}

} // namespace

TEST_CASE("no call of the API reads the store on the admin loop", "[admin]") {
    fixture f;
    for (const auto& each : admin::routes()) {
        INFO(each.path);
        const auto answer = f.ask(each.verb, path_of(each), query_of(each));
        if (!answer.stream) continue;
        CHECK(number(answer) == 200);
        for (int pieces = 0; pieces < 2; ++pieces)
            CHECK(f.run(answer.stream->next()).has_value());
    }
    f.ask(verb::get, "/v1/events.ndjson", "payload=true");
    CHECK(number(f.ask(verb::post, "/v1/routes/explain", {}, {}, R"({"event":"evt_1"})")) == 200);
    f.ask(verb::get, "/v1/events", "include=deliveries");
    f.ask(verb::post, "/v1/events/purge", "created_lt=2026-01-01&dry_run=true");
    const auto readers = f.kept.readers();
    for (const auto& [call, threads] : readers) {
        INFO(call);
        CHECK(threads.size() == 1);
        CHECK(threads.count(std::this_thread::get_id()) == 0);
    }
    std::string calls; // or the lines above say nothing
    for (const auto& [call, threads] : readers)
        calls += call + ' ';
    CHECK(calls ==
          "attempts backlog consumed count count_deliveries deliveries discards erasure_of event_types "
          "failure_groups find histogram holdings_of list_instances outages read_after search statistics "
          "verification_key "
          "waiting_by_handler ");
}

TEST_CASE("a live tail goes on at an instance that has not heard of the client's last event yet", "[admin]") {
    fixture f; // its store has an event, and has heard of none
    const auto first = f.ask(verb::get, "/v1/events/stream");
    REQUIRE(f.run(first.stream->next()).has_value()); // the greeting
    const std::string told = f.run(first.stream->next()).value().value();
    const auto at = told.find("id: ") + 4;
    f.last_event_id = told.substr(at, told.find('\n', at) - at);
    const auto again = f.ask(verb::get, "/v1/events/stream");
    const std::string greeting = f.run(again.stream->next()).value().value();
    CHECK(greeting.find("event: reset") == std::string::npos);
    CHECK(greeting.find("id: " + f.last_event_id + '\n') != std::string::npos);
}

TEST_CASE("a parameter that a route does not have is refused before anything runs", "[admin]") {
    fixture f;
    for (const auto& each : admin::routes()) {
        INFO(each.path);
        if (!each.parameters) continue;
        const auto answer = f.ask(each.verb, path_of(each), "nobody_knows=1");
        CHECK(number(answer) == 400);
        CHECK(answer.body.find("there is no parameter 'nobody_knows' here") != std::string::npos);
    }
    CHECK(f.kept.readers().empty());
    CHECK(number(f.ask(verb::get, "/healthz", "nobody_knows=1")) == 200);
}

TEST_CASE("a body of another type than JSON is refused before anything runs", "[admin]") {
    fixture f;
    std::size_t taking_json = 0;
    for (const auto& each : admin::routes()) {
        if (each.content != admin::request_content::json) continue;
        INFO(each.path);
        ++taking_json;
        const auto send = [&](const std::string& type) {
            return f.ask(each.verb, path_of(each), {}, {}, R"({"nobody_knows":1})", type);
        };
        for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                                 "text/plain; application/json"}) {
            INFO(type);
            const auto refused = send(type);
            CHECK(number(refused) == 415);
            CHECK(refused.content_type == "application/problem+json");
            CHECK(refused.body.find("`Content-Type: application/json`") != std::string::npos);
        }
        CHECK(number(send("Application/JSON; charset=utf-8")) == 400);
    }
    CHECK(f.kept.readers().empty());
    CHECK(taking_json == 6);
}

TEST_CASE("a call that the role of its token does not reach runs nothing", "[admin]") {
    config::admin admin;
    admin.public_pages.metrics = false;
    // Of "viewer" and of "ops".
    admin.tokens = {
        {"viewer", config::role::integrator,
         "d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799"},
        {"ops", config::role::admin, "a92c36e66a25ee99ff862faa8e87987be6c7cd13c3ee661c400a45b0f1e3b132"}};
    fixture f(admin);
    for (const auto& each : admin::routes()) {
        INFO(each.path);
        const auto* role = std::get_if<config::role>(&each.needs);
        const bool open = role == nullptr && each.path != "/metrics";
        CHECK((number(f.ask(each.verb, path_of(each))) == 401) == !open);
        if (role == nullptr || *role == config::role::integrator) continue;
        CHECK(number(f.ask(each.verb, path_of(each), {}, "viewer")) == 403);
    }
    CHECK(f.kept.readers().empty());
    CHECK(number(f.ask(verb::get, "/metrics", {}, "viewer")) == 200);
    CHECK(number(f.ask(verb::post, "/v1/events/evt_1/replay", "dry_run=true", "ops")) == 200);
}

TEST_CASE("a failure of the store becomes a response in one place", "[admin]") {
    fixture f;
    const auto told = [&](errc code) {
        f.kept.trouble = failure{code, "its own words"};
        const auto listed = f.ask(verb::get, "/v1/events");
        const auto exported = f.ask(verb::post, "/v1/events/replay");
        CHECK(listed.body == exported.body);
        CHECK(listed.content_type == "application/problem+json");
        return std::to_string(number(listed)) +
               (listed.body.find("its own words") != std::string::npos ? " with its detail" : "");
    };
    CHECK(told(errc::store_not_found) == "404 with its detail");
    CHECK(told(errc::query_timeout) == "503");
    CHECK(told(errc::store_io) == "503");
}

TEST_CASE("a cursor is a row that there can be, and what is not there is not found", "[admin]") {
    fixture f;
    CHECK(number(f.ask(verb::get, "/v1/deliveries/7")) == 404);
    CHECK(number(f.ask(verb::post, "/v1/deliveries/7/retry")) == 404);
    CHECK(number(f.ask(verb::get, "/v1/deliveries/x")) == 404);
    for (const auto* cursor : {"cursor=9223372036854775807", "cursor=9007199254740993", "cursor=-1"})
        CHECK(number(f.ask(verb::get, "/v1/deliveries", cursor)) == 400);
}
