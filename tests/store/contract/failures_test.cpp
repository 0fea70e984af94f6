#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

struct fixture : contract_fixture {
    /// Keeps an event whose delivery to the handler fails for `reason`, so long after noon. Its id.
    delivery_id fail(const std::string& event, const std::string& handler, const std::string& reason,
                     std::chrono::seconds at = 0s, ordering in = ordering::none) {
        keep(event, "tx_" + event, {{handler, in}});
        const auto due = claim(handler, 1).deliveries;
        REQUIRE(due.size() == 1);
        const finished_delivery f{
            due[0].claim, delivery_state::failed, {}, {noon + at, 0ms, 500, reason, ""}};
        REQUIRE(kept->finish({&f, 1}));
        return due[0].claim.id;
    }
    std::vector<failure_group> groups(const std::string& handler = {}, std::size_t limit = 100) {
        auto found = kept->failure_groups(handler, limit);
        REQUIRE(found);
        return std::move(*found);
    }
    std::size_t discard(const delivery_filter& filter, std::size_t limit = 100) {
        const auto done = kept->discard(filter, how, limit);
        REQUIRE(done);
        return *done;
    }
    std::size_t retry(const delivery_filter& filter, std::size_t limit = 100) {
        const auto done = kept->retry(filter, limit);
        REQUIRE(done);
        return *done;
    }

    discard_record how{noon, "ops", "the customer has left"};
};

} // namespace

TEST_CASE("failed deliveries are grouped by handler and cause, the largest group first",
          "[store][failures]") {
    fixture f;
    CHECK(f.groups().empty());
    f.fail("evt_1", "audit", "refused", 5s);
    f.fail("evt_2", "crm", "timeout", 3s);
    f.fail("evt_3", "crm", "timeout", 9s);
    f.fail("evt_4", "crm", "timeout", 1s);
    f.fail("evt_5", "crm", "refused", 2s);
    f.fail("evt_6", "crm", "refused", 2s);
    f.keep("evt_7", "tx_7", {crm}); // waits

    const auto all = f.groups();
    REQUIRE(all.size() == 3);
    CHECK(all[0].handler == "crm");
    CHECK(all[0].cause == "timeout");
    CHECK(all[0].deliveries == 3);
    CHECK(all[0].first_finished == noon + 1s);
    CHECK(all[0].last_finished == noon + 9s);
    CHECK(all[0].sample.event_id == "evt_3");
    CHECK(all[0].sample.state == delivery_state::failed);
    CHECK(all[1].cause == "refused");
    CHECK(all[1].deliveries == 2);
    CHECK(all[1].sample.event_id == "evt_6");
    CHECK(all[2].handler == "audit");
    CHECK(f.groups("audit").size() == 1);
    CHECK(f.groups("nobody").empty());
    CHECK(f.groups({}, 2).size() == 2);
    f.reopen();
    CHECK(f.groups().size() == 3);
}

TEST_CASE("a group loses what is retried, discarded, erased or purged, and goes with the last",
          "[store][failures]") {
    fixture f;
    const auto first = f.fail("evt_1", "crm", "timeout", 1s);
    f.fail("evt_2", "crm", "timeout", 2s);
    f.fail("evt_3", "crm", "timeout", 3s);
    const auto last = f.fail("evt_4", "crm", "timeout", 4s);
    CHECK(f.retry({.id = first}) == 1);
    CHECK(f.groups().at(0).deliveries == 3);
    CHECK(f.groups().at(0).first_finished == noon + 2s);
    CHECK(f.discard({.id = last}) == 1);
    CHECK(f.groups().at(0).last_finished == noon + 3s);
    const event_offset second[]{2};
    REQUIRE(f.kept->purge(second, purge_scope::event, 1024 * 1024));
    CHECK(f.groups().at(0).deliveries == 1);
    f.erase({3});
    REQUIRE(f.groups().size() == 1);
    CHECK(f.groups()[0].cause == "the transaction was erased");
    const event_offset third[]{3};
    REQUIRE(f.kept->purge(third, purge_scope::event, 1024 * 1024));
    CHECK(f.groups().empty());
    CHECK(f.kept->fail_waiting("crm", "gone", 10).value() == 1);
    CHECK(f.groups().at(0).cause == "gone");
}

TEST_CASE("of a handler those with one cause are retried, oldest first", "[store][failures]") {
    fixture f;
    f.fail("evt_1", "crm", "timeout", 3s);
    f.fail("evt_2", "crm", "timeout", 1s);
    f.fail("evt_3", "crm", "refused", 2s);
    f.fail("evt_4", "audit", "timeout", 2s);
    f.fail("evt_5", "crm", "", 2s);
    CHECK(f.retry({.handler = "crm", .cause = "timeouts"}) == 0);
    CHECK(f.retry({.handler = "crm", .cause = "timeout"}, 1) == 1);
    CHECK(f.claimed_ids("crm") == std::vector<std::string>{"evt_2"});
    CHECK(f.retry({.handler = "crm", .cause = "timeout"}) == 1);
    CHECK(f.retry({.handler = "crm", .cause = ""}) == 1);
    CHECK(f.groups("crm").size() == 1);
    CHECK(f.retry({.cause = "timeout"}) == 1);
    CHECK(f.groups().size() == 1);
}

TEST_CASE("a discarded delivery is no dead letter, and its history tells why and by whom",
          "[store][failures]") {
    fixture f;
    const auto one = f.fail("evt_1", "crm", "timeout");
    f.fail("evt_2", "crm", "refused");
    f.fail("evt_3", "audit", "timeout");
    CHECK(f.kept->backlog().value().failed == 3);
    CHECK(f.discard({.handler = "crm", .cause = "timeout"}) == 1);
    CHECK(f.discard({.handler = "crm", .cause = "timeout"}) == 0);
    CHECK(f.kept->backlog().value().failed == 2);
    CHECK(f.record(one).state == delivery_state::discarded);
    CHECK(f.record(one).reason == "timeout");
    CHECK(f.kept->discards(one).value() == std::vector{f.how});
    CHECK(f.kept->attempts(one).value().size() == 1);
    CHECK(f.kept->deliveries({.state = delivery_state::discarded}, {}, 10).value().size() == 1);
    CHECK(f.kept->deliveries({.state = delivery_state::failed}, {}, 10).value().size() == 2);
    CHECK(f.discard({.event_id = "evt_2"}) == 1);
    CHECK(f.discard({.id = 99}) == 0);
    CHECK(f.kept->discards(99).value().empty());
    f.reopen();
    CHECK(f.kept->discards(one).value() == std::vector{f.how});
    f.erase({1});
    CHECK(f.record(one).state == delivery_state::discarded);
    CHECK(f.kept->discards(one).value() == std::vector{discard_record{noon, "ops", ""}});
}

TEST_CASE("at most so many are discarded at once, of those that failed alone", "[store][failures]") {
    fixture f;
    for (int i = 0; i < 5; ++i)
        f.fail("evt_" + std::to_string(i), "crm", "timeout");
    f.keep("evt_5", "tx_5", {crm});
    CHECK(f.discard({.handler = "crm"}, 2) == 2);
    CHECK(f.groups().at(0).deliveries == 3);
    CHECK(f.discard({.handler = "crm"}) == 3);
    CHECK(f.kept->pending() == 1);
}

TEST_CASE("a discarded delivery runs again when it is retried by its id, and by nothing else",
          "[store][failures]") {
    fixture f;
    const auto id = f.fail("evt_1", "crm", "timeout");
    CHECK(f.discard({.id = id}) == 1);
    CHECK(f.retry({}) == 0);
    CHECK(f.retry({.handler = "crm"}) == 0);
    CHECK(f.retry({.id = id, .state = delivery_state::failed}) == 0);
    CHECK(f.retry({.id = id, .handler = "audit"}) == 0);
    CHECK(f.retry({.id = id, .handler = "crm"}) == 1);
    CHECK(f.kept->pending() == 1);
    f.finish_next("crm", delivery_state::failed);
    CHECK(f.groups().at(0).deliveries == 1);
    f.how.at = noon + 1h;
    CHECK(f.discard({.id = id}) == 1);
    CHECK(f.kept->discards(id).value().size() == 2);
}

TEST_CASE("what a failed delivery holds up goes on when that is discarded, and waits for its retry",
          "[store][failures]") {
    fixture f;
    f.keep("evt_1", "tx_1", {{"crm", ordering::block}});
    f.keep("evt_2", "tx_1", {{"crm", ordering::block}});
    f.finish_next("crm", delivery_state::failed);
    CHECK(f.claimed_ids("crm").empty());
    CHECK(f.discard({.handler = "crm"}) == 1);
    CHECK(f.is_due(2, 0s));
    f.keep("evt_3", "tx_1", {{"crm", ordering::block}}); // a discarded one holds nothing up
    f.finish(2, delivery_state::successful);
    CHECK(f.is_due(3, 0s));
    CHECK(f.retry({.id = 1}) == 1);
    CHECK(f.claimed_ids("crm") == std::vector<std::string>{"evt_1"});
    f.finish(1, delivery_state::failed); // it blocks again
    CHECK(f.claimed_ids("crm").empty());
}

TEST_CASE("deliveries are counted by event and state", "[store][failures]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm, audit});
    f.keep("evt_2", "tx_2");
    f.finish_next("crm", delivery_state::failed);
    f.finish_next("audit", delivery_state::successful);
    f.keep("evt_3", "tx_3", {crm});
    const event_offset offsets[]{3, 1, 2, 99};
    CHECK(f.kept->count_deliveries(offsets).value() ==
          std::vector<delivery_counts>{{1, 0, 0, 0}, {0, 1, 1, 0}, {}, {}});
    CHECK(f.discard({.handler = "crm"}) == 1);
    CHECK(f.kept->count_deliveries(offsets).value().at(1) == delivery_counts{0, 1, 0, 1});
    CHECK(f.kept->count_deliveries({}).value().empty());
}
