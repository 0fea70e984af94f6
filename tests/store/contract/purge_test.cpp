#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t plenty = 1024 * 1024;

using offsets = std::vector<store::event_offset>;

struct fixture : contract_fixture {
    void keep(const std::string& id, timestamp received, std::vector<planned_delivery> planned = {},
              const std::string& body = "{}") {
        auto e = make_event(id);
        e.envelope.transaction_id = "tx";
        e.received = received;
        e.body = body;
        e.deliveries = std::move(planned);
        e.consumption = event::consumption{.seals = 2};
        contract_fixture::keep(e);
    }
    purge_candidates purgeable(purge_scope scope, timestamp before, store::event_offset after = 0,
                               std::size_t limit = 100) {
        return kept
            ->purgeable({.scope = scope, .before = before, .now = noon, .after = after, .limit = limit})
            .value();
    }
    purge_outcome purge(const offsets& which, purge_scope scope, std::size_t max_bytes = plenty) {
        return kept->purge(which, scope, max_bytes).value();
    }
    bool has_body(const std::string& id) { return !find(id).body.empty(); }
    bool has(const std::string& id) { return kept->find("production", id).has_value(); }
};

} // namespace

TEST_CASE("what is old enough is found in the order of arrival, page by page", "[purge]") {
    fixture f;
    for (int i = 1; i <= 5; ++i)
        f.keep("evt_" + std::to_string(i), noon - 10h + i * 1h);
    for (const auto scope : {purge_scope::payload, purge_scope::event}) {
        CHECK(f.purgeable(scope, noon - 7h).events == offsets{1, 2});
        CHECK(f.purgeable(scope, noon - 10h).events.empty());
        const auto first = f.purgeable(scope, noon, 0, 3);
        CHECK(first.events == offsets{1, 2, 3});
        REQUIRE(first.next == 3);
        const auto second = f.purgeable(scope, noon, *first.next, 3);
        CHECK(second.events == offsets{4, 5});
        CHECK_FALSE(second.next.has_value());
    }
}

TEST_CASE("an arrival in the future keeps only itself", "[purge]") {
    fixture f;
    f.keep("evt_1", noon - 2h);
    f.keep("evt_2", noon + 24h * 365);
    f.keep("evt_3", noon - 2h);
    CHECK(f.purgeable(purge_scope::event, noon - 1h).events == offsets{1, 3});
}

TEST_CASE("a purged payload leaves what tells of the event", "[purge]") {
    fixture f;
    f.keep("evt_1", noon - 2h, {audit});
    f.finish_next("audit", delivery_state::successful);
    const auto done = f.purge({1}, purge_scope::payload);
    CHECK(done.purged == 1);
    CHECK(done.bytes == 2);
    const auto e = f.find("evt_1");
    CHECK(e.envelope.transaction_id == "tx");
    CHECK(e.body.empty());
    CHECK(e.signature.empty());
    CHECK(f.kept->verification_key(1).value().jwk.empty());
    CHECK(f.kept->deliveries({}, {}, 10).value().size() == 1);
    CHECK(f.kept->attempts(1).value().size() == 1);
    CHECK(f.kept->statistics().value().events == 1);
    CHECK(f.purge({1}, purge_scope::payload).purged == 0);
    CHECK(f.purgeable(purge_scope::payload, noon).events.empty());

    auto again = make_event("evt_1");
    CHECK(f.kept->append({&again, 1}).value()[0].status == append_status::duplicate);
}

TEST_CASE("a purged event goes with its deliveries, and what was counted stays", "[purge]") {
    fixture f;
    f.keep("evt_1", noon - 2h, {audit});
    f.keep("evt_2", noon - 1h);
    f.finish_next("audit", delivery_state::failed);
    CHECK(f.purge({1}, purge_scope::event).purged == 1);
    CHECK_FALSE(f.has("evt_1"));
    CHECK(f.has("evt_2"));
    CHECK(f.kept->deliveries({}, {}, 10).value().empty());
    CHECK(f.kept->attempts(1).value().empty());
    CHECK(f.kept->statistics().value().events == 1);
    CHECK(f.kept->count({}).value() == 1);
    CHECK(f.kept->event_types().value()[0].events == 2);
    CHECK(f.kept->consumed({}).value().seals == 2);
    CHECK(f.purge({1, 77}, purge_scope::event).purged == 0);
    CHECK(f.kept->statistics().value().events == 1);

    f.reopen();
    CHECK(f.kept->last_offset() == 2);
    // Sent again, it is a new event.
    auto again = make_event("evt_1");
    CHECK(f.kept->append({&again, 1}).value()[0].offset == 3);
}

TEST_CASE("what deliveries wait for is not purged", "[purge]") {
    fixture f;
    f.keep("evt_1", noon - 3h, {audit});
    f.keep("evt_2", noon - 2h);
    CHECK(f.purgeable(purge_scope::event, noon).events == offsets{2});
    for (const auto scope : {purge_scope::payload, purge_scope::event}) {
        const auto done = f.purge({1}, scope);
        CHECK(done.purged == 0);
        CHECK(done.held == 1);
    }
    CHECK(f.has_body("evt_1"));
    f.finish_next("audit", delivery_state::failed);
    CHECK(f.purgeable(purge_scope::event, noon).events == offsets{1, 2});
    CHECK(f.purge({1}, purge_scope::event).purged == 1);
}

TEST_CASE("an event whose failed delivery holds others up is not purged before them", "[purge]") {
    fixture f;
    f.keep("evt_1", noon - 3h, {{"crm", ordering::block}});
    f.keep("evt_2", noon - 2h, {{"crm", ordering::block}});
    f.finish_next("crm", delivery_state::failed);
    CHECK(f.purgeable(purge_scope::payload, noon).events.empty());
    CHECK(f.purge({1, 2}, purge_scope::payload).held == 2);
    REQUIRE(f.kept->retry({.id = 1}, 1).value() == 1);
    f.finish_next("crm", delivery_state::successful);
    f.finish_next("crm", delivery_state::successful);
    CHECK(f.purge({1, 2}, purge_scope::payload).purged == 2);
}

TEST_CASE("what has no body any more cannot run again", "[purge]") {
    fixture f;
    f.keep("evt_1", noon - 3h, {audit});
    f.finish_next("audit", delivery_state::failed);
    REQUIRE(f.purge({1}, purge_scope::payload).purged == 1);
    CHECK(f.kept->retry({.id = 1}, 1).value() == 0);
    const event_plan plan{1, {{"audit"}}};
    CHECK(f.kept->plan({&plan, 1}).value().empty());
    CHECK(f.kept->pending() == 0);
}

TEST_CASE("a purge is bounded by the bytes of bodies, and always goes on", "[purge]") {
    fixture f;
    for (int i = 1; i <= 4; ++i)
        f.keep("evt_" + std::to_string(i), noon - 3h, {}, std::string(60'000, 'x'));
    const auto first = f.purge({1, 2, 3, 4}, purge_scope::payload, 130'000);
    CHECK(first.done == 2);
    CHECK(first.purged == 2);
    CHECK(first.bytes == 120'000);
    CHECK(f.purge({3, 4}, purge_scope::payload, 1).done == 1);
    CHECK(f.has_body("evt_4"));
}

TEST_CASE("an event did not arrive before those before it, nor before a bound that holds for it", "[purge]") {
    fixture f;
    const auto purgeable = [&f](timestamp now) {
        return f.kept->purgeable({.scope = purge_scope::event, .before = now - 24h * 90, .now = now})->events;
    };
    f.keep("old", noon - 24h * 100);
    f.keep("ahead",
           noon + 24h * 500); // the clock was ahead: kept longer than it must be, rather than too short
    f.keep("old_too", noon - 24h * 95); // and put right
    f.keep("recent", noon - 24h * 10);
    f.keep("behind", noon - 24h * 500); // the clock was behind
    CHECK(purgeable(noon) == offsets{1, 3});
    CHECK(purgeable(noon + 24h * 60) == offsets{1, 3});
    CHECK(purgeable(noon + 24h * 81) == offsets{1, 3, 4, 5});
}

TEST_CASE("where nothing before it is kept, a bound tells when an event may have arrived at the earliest",
          "[purge]") {
    fixture f;
    f.keep("behind", noon - 24h * 500);
    const auto purgeable = [&f](timestamp now) {
        return f.kept->purgeable({.scope = purge_scope::event, .before = now - 24h * 90, .now = now})->events;
    };
    CHECK(purgeable(noon) == offsets{1});
    REQUIRE(f.kept->keep_clock({noon, {}, {}}, arrival_bound{0, noon - 1h}).has_value());
    CHECK(purgeable(noon).empty());
    CHECK(purgeable(noon + 24h * 90) == offsets{1});
    CHECK(f.kept->known_clock().value() == clock_state{noon, {}, {}});
    // A bound from a leap that was none goes with the doubt.
    REQUIRE(f.kept->keep_clock({noon, 500 * 24h, 0h}, arrival_bound{0, noon + 24h * 500}).has_value());
    REQUIRE(f.kept->keep_clock({noon, {}, {}}, std::nullopt).has_value());
    CHECK(purgeable(noon + 24h * 501) == offsets{1});
}
