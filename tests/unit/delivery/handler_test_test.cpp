#include "support/delivery_engine.hpp"
#include "support/scripted_handler.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <string>
#include <thread>

using namespace webhookd;
using namespace std::chrono_literals;
using handler::verdict;
using test::quick;
using test::scripted_handler;
using test::wait_for_condition;

namespace {

using fixture = test::delivery_engine;
using answer = result<delivery::test_outcome>;

handler::delivery sample(const std::string& id) {
    handler::delivery d;
    auto e = test::make_event(id);
    d.event.endpoint = std::move(e.endpoint);
    d.event.envelope = std::move(e.envelope);
    d.event.body = std::move(e.body);
    d.test = true;
    return d;
}

std::future<answer> begin(fixture& f, const std::string& handler, const std::string& id = "evt_test_1") {
    auto told = std::make_shared<std::promise<answer>>();
    auto later = told->get_future();
    f.engine->test(handler, sample(id), [told](answer a) { told->set_value(std::move(a)); });
    return later;
}

answer get(std::future<answer> later) {
    REQUIRE(later.wait_for(60s) == std::future_status::ready);
    return later.get();
}

} // namespace

TEST_CASE("a test goes past the queue, and counts and leaves nothing", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->answer([](const handler::delivery& d) {
        CHECK(d.test);
        return handler::outcome{verdict::failed, 404, "HTTP 404", "no such page", {}};
    });
    auto common = quick();
    common.circuit_breaker = config::circuit_breaker{.failures = 1, .open_for = 1h};
    f.run({{"crm", common, crm}});
    for (int i = 0; i < 3; ++i) {
        const auto done = get(begin(f, "crm"));
        REQUIRE(done.has_value());
        CHECK(done->outcome.verdict == verdict::failed);
        CHECK(done->outcome.status == 404);
        CHECK(done->outcome.output == "no such page");
        CHECK(done->took >= 0us);
    }
    const auto status = f.status();
    CHECK(status.circuit == delivery::circuit_breaker::state::closed);
    CHECK(status.failed + status.retried + status.successful + status.in_flight == 0);
    CHECK(status.last_error.empty());
    CHECK(f.records().empty());
}

TEST_CASE("a handler is tested once at a time, beside others and beside its own deliveries", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    auto other = std::make_shared<scripted_handler>();
    crm->hold();
    auto common = quick();
    common.concurrency = 1;
    f.run({{"crm", common, crm}, {"other", common, other}});
    f.add("evt_1", "tx", {{"crm", store::ordering::none}});
    REQUIRE(wait_for_condition([&] { return crm->held() == 1; }));
    auto first = begin(f, "crm");
    REQUIRE(wait_for_condition([&] { return crm->held() == 2; }));
    CHECK(get(begin(f, "crm")).error().code == errc::queue_full);
    CHECK(get(begin(f, "other")).has_value());
    crm->release();
    CHECK(get(std::move(first)).has_value());
    CHECK(get(begin(f, "crm")).has_value());
    CHECK(f.settled(store::delivery_state::successful, 1));
    CHECK(get(begin(f, "nobody")).error().code == errc::store_not_found);
}

TEST_CASE("a test outlives the removal of its handler by a reload", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->hold();
    f.run({{"crm", quick(), crm}});
    auto under_way = begin(f, "crm");
    REQUIRE(wait_for_condition([&] { return crm->held() == 1; }));
    f.engine->apply({});
    REQUIRE(wait_for_condition([&] { return f.engine->snapshot().empty(); }));
    CHECK(get(begin(f, "crm")).error().code == errc::store_not_found);
    CHECK(crm.use_count() > 1); // the test keeps it
    crm->release();
    CHECK(get(std::move(under_way)).has_value());
    CHECK(wait_for_condition([&] { return crm.use_count() == 1; }));
}

TEST_CASE("the end of the engine cancels a test, and answers it", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->hold();
    f.run({{"crm", quick(), crm}});
    auto under_way = begin(f, "crm");
    REQUIRE(wait_for_condition([&] { return crm->held() == 1; }));
    CHECK_FALSE(f.engine->stop(0ms));
    const auto done = get(std::move(under_way));
    REQUIRE(done.has_value());
    CHECK(done->outcome.verdict == verdict::abandoned);
    CHECK(get(begin(f, "crm")).error().code == errc::shutting_down);
}

TEST_CASE("a handler that throws fails its test, and nothing else", "[delivery]") {
    fixture f;
    auto crm = std::make_shared<scripted_handler>();
    crm->answer([](const handler::delivery&) -> handler::outcome { throw std::runtime_error("a bug"); });
    f.run({{"crm", quick(), crm}});
    const auto done = get(begin(f, "crm"));
    REQUIRE(done.has_value());
    CHECK(done->outcome.verdict == verdict::retry);
    CHECK(get(begin(f, "crm")).has_value());
}

TEST_CASE("an engine that was not started runs no test", "[delivery]") {
    fixture f;
    f.writer = std::make_unique<store::group_writer>(*f.kept, store::group_writer::options{});
    f.engine = std::make_unique<delivery::engine>(
        delivery::engine_store{*f.kept, *f.kept, *f.kept, *f.kept, {*f.kept}}, *f.writer, f.clock, f.clock);
    CHECK(get(begin(f, "crm")).error().code == errc::configuration_invalid);
}
