#include "store/contract/engine.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

TEST_CASE("an erasure takes what may be personal and leaves what tells of the event", "[erase]") {
    contract_fixture f;
    f.keep(personal_event("evt_1", "tx_1", "Ada", {audit}));
    f.keep(personal_event("evt_2", "tx_2", "Bob", {audit}));
    f.finish_next("audit", delivery_state::successful, "hello Ada");
    CHECK(f.kept->erasure_of(1).value() == std::nullopt);
    CHECK(f.kept->payload_counts_of(std::vector<store::event_offset>{1, 2, 3}).value().bodies == 2);
    const auto done = f.erase({1});
    CHECK(done.bodies == 1);
    CHECK(done.deliveries == 0);
    const auto e = f.find("evt_1");
    CHECK(e.body.empty());
    CHECK(e.signature.empty());
    CHECK(e.envelope.user_id.empty());
    CHECK(e.envelope.type == "transaction.lifecycle.completed");
    CHECK(e.envelope.transaction_id == "tx_1");
    CHECK(f.kept->count({.text = "Ada"}).value() == 0);
    const auto attempts = f.kept->attempts(1).value();
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].output.empty());
    CHECK(f.kept->erasure_of(1).value() == tombstone);
    // Others are as they were.
    CHECK(f.kept->erasure_of(2).value() == std::nullopt);
    CHECK(contains(f.find("evt_2").body, "Bob"));
    CHECK(f.kept->count({.text = "Bob"}).value() == 1);
    // What arrives later is not erased by what was done before.
    const auto later = f.keep(personal_event("evt_3", "tx_1", "Ada")).offset;
    CHECK(f.kept->erasure_of(later).value() == std::nullopt);
    CHECK(f.kept->erasure_of(1).value() == tombstone);
    auto again = make_event("evt_1");
    CHECK(f.kept->append({&again, 1}).value()[0].status == append_status::duplicate);
}

TEST_CASE("deliveries of what is erased fail, and those behind them go on", "[erase]") {
    contract_fixture f;
    f.keep(personal_event("evt_1", "tx_1", "Ada", {{"crm", ordering::block}}));
    f.keep(personal_event("evt_2", "tx_1", "Ada", {{"crm", ordering::block}}));
    f.keep(personal_event("evt_3", "tx_1", "Ada", {{"crm", ordering::block}}));
    f.finish_next("crm", delivery_state::failed);
    CHECK(f.claim("crm").deliveries.empty());
    CHECK(f.kept->pending() == 2);
    CHECK(f.erase({1, 2}).deliveries == 1);
    CHECK(f.kept->pending() == 1);
    const auto failed = f.kept->deliveries({.state = delivery_state::failed}, {}, 10).value();
    REQUIRE(failed.size() == 2);
    for (const auto& each : failed)
        CHECK(each.reason == "the transaction was erased");
    const auto next = f.claim("crm");
    REQUIRE(next.deliveries.size() == 1);
    CHECK(next.deliveries[0].event.envelope.id == "evt_3");
    CHECK(f.kept->retry({}, 10).value() == 0);
}

TEST_CASE("an attempt that ends after its event was erased leaves nothing", "[erase]") {
    contract_fixture f;
    f.keep(personal_event("evt_1", "tx_1", "Ada", {audit}));
    const auto claimed = f.claim("audit");
    REQUIRE(claimed.deliveries.size() == 1);
    CHECK(f.erase({1}).deliveries == 1);
    const finished_delivery late{
        claimed.deliveries[0].claim, delivery_state::successful, {}, {noon, 1ms, 200, "", "hello Ada"}};
    REQUIRE(f.kept->finish({&late, 1}).has_value());
    CHECK(f.kept->attempts(1).value().empty());
    CHECK(f.kept->pending() == 0);
}

TEST_CASE("an erasure is bounded by bytes, always goes on, and may be repeated", "[erase]") {
    contract_fixture f;
    for (int i = 1; i <= 3; ++i)
        f.keep(personal_event("evt_" + std::to_string(i), "tx_1", "Ada", {}, 50'000));
    CHECK(f.erase({1, 2, 3}, 60'000).done == 1);
    CHECK(f.erase({1, 2, 3}, 60'000).done == 2);
    const auto last = f.erase({1, 2, 3});
    CHECK(last.done == 3);
    CHECK(last.bodies == 1);
    CHECK(f.erase({1, 2, 3, 99}).bodies == 0);
}

TEST_CASE("what was erased can be scrubbed as often as one likes, and the rest stays", "[erase]") {
    contract_fixture f;
    // A reader or a copy at that moment is in the way.
    const auto scrub = [&f] {
        std::optional<remnants> left;
        CHECK(wait_for_condition([&] {
            const auto done = f.kept->scrub();
            if (done) left = *done;
            return done || done.error().code != errc::store_busy;
        }));
        return left;
    };
    CHECK(scrub()); // of nothing
    f.keep(personal_event("evt_1", "tx_1", "Ada", {audit}));
    f.keep(personal_event("evt_2", "tx_2", "Bob", {audit}));
    CHECK(f.erase({1}).bodies == 1);
    const auto left = scrub();
    CHECK(left);
    CHECK(scrub() == left);
    for (const bool reopened : {false, true}) {
        if (reopened) f.reopen();
        CHECK(f.find("evt_1").body.empty());
        CHECK(contains(f.find("evt_2").body, "Bob"));
        CHECK(f.kept->erasure_of(1).value() == tombstone);
    }
    CHECK(f.claimed_ids("audit") == std::vector<std::string>{"evt_2"});
    CHECK(f.keep(make_event("evt_3")).status == append_status::accepted);
}

TEST_CASE("claims of what is erased hold until they are released or finished", "[erase]") {
    contract_fixture f;
    f.keep(personal_event("evt_1", "tx_1", "Ada", {audit}));
    f.keep(personal_event("evt_2", "tx_1", "Ada", {crm}));
    const std::vector<event_offset> both{1, 2};
    const auto held = [&] { return f.kept->held_claims_of(both).value(); };
    CHECK(held() == 0);
    const auto first = f.claim("audit");
    const auto second = f.claim("crm");
    REQUIRE(first.deliveries.size() == 1);
    REQUIRE(second.deliveries.size() == 1);
    CHECK(held() == 2);
    CHECK(f.erase({1, 2}).deliveries == 2);
    CHECK(held() == 2);
    f.kept->release(std::vector{first.deliveries[0].claim});
    CHECK(held() == 1);
    // An attempt that runs goes on, and its holder is seen to.
    CHECK(f.kept->extend(std::vector{second.deliveries[0].claim}, 1min).value().empty());
    CHECK(held() == 1);
    const finished_delivery end{
        second.deliveries[0].claim, delivery_state::successful, {}, {noon, 1ms, 200, "", "hello Ada"}};
    REQUIRE(f.kept->finish({&end, 1}).has_value());
    CHECK(held() == 0);
    CHECK(f.record(second.deliveries[0].claim.id).state == delivery_state::failed);
}
