#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

using ids = std::vector<delivery_id>;

struct fixture : contract_fixture {
    /// Deliveries 1 to `many`, the n-th planned n times 2 hours after noon; those of even ids are `audit`'s.
    /// Their clock is up to 3 hours ahead or behind, in turn.
    void keep_many(int many) {
        for (int n = 1; n <= many; ++n)
            keep("evt_" + std::to_string(n), "tx", {n % 2 == 0 ? audit : crm}, at(n));
    }
    static timestamp at(int n) { return noon + n * 2h + (n % 3 - 1) * 170min; }

    ids list(const delivery_filter& filter, std::optional<delivery_id> before = {},
             std::size_t limit = 1000) {
        ids found;
        for (const auto& each : kept->deliveries(filter, before, limit).value())
            found.push_back(each.id);
        return found;
    }
    /// What a filter's period finds among all, looked at one by one.
    ids expected(const delivery_filter& filter) {
        ids found;
        for (const auto& each : kept->deliveries({}, std::nullopt, 1000).value())
            if ((!filter.after || each.planned > *filter.after) &&
                (!filter.before || each.planned < *filter.before))
                found.push_back(each.id);
        return found;
    }
};

} // namespace

TEST_CASE("deliveries are found by when they were planned and a period excludes its ends", "[store]") {
    fixture f;
    for (int n = 0; n < 5; ++n)
        f.keep("evt_" + std::to_string(n), "tx", {crm}, noon + n * 1min);
    CHECK(f.list({.after = noon + 2min}) == ids{5, 4});
    CHECK(f.list({.before = noon + 2min}) == ids{2, 1});
    CHECK(f.list({.after = noon, .before = noon + 3min}) == ids{3, 2});
    CHECK(f.list({.after = noon + 1h}).empty());
    CHECK(f.list({.before = noon}).empty());
    CHECK(f.list({.after = noon + 3min, .before = noon + 1min}).empty());
}

TEST_CASE("a period of an empty store and of one delivery is answered", "[store]") {
    fixture f;
    CHECK(f.list({.after = noon - 1h, .before = noon + 1h}).empty());
    f.keep("evt_1", "tx", {crm});
    CHECK(f.list({.after = noon - 1h, .before = noon + 1h}) == ids{1});
    CHECK(f.list({.after = noon}).empty());
}

TEST_CASE("a period misses nothing where clocks went backwards by hours", "[store]") {
    fixture f;
    f.keep_many(60);
    for (int n = 0; n <= 61; ++n) {
        const delivery_filter later{.after = f.at(n)}, earlier{.before = f.at(n)},
            between{.after = f.at(n), .before = f.at(n + 7)};
        INFO("at " << n);
        CHECK(f.list(later) == f.expected(later));
        CHECK(f.list(earlier) == f.expected(earlier));
        CHECK(f.list(between) == f.expected(between));
    }
}

TEST_CASE("a period holds beside the other filters and from page to page", "[store]") {
    fixture f;
    f.keep_many(20);
    const delivery_filter old{.handler = "audit", .before = f.at(13)};
    CHECK(f.list(old) == ids{12, 10, 8, 6, 4, 2});
    CHECK(f.list(old, std::nullopt, 2) == ids{12, 10});
    CHECK(f.list(old, 10, 2) == ids{8, 6});
    f.finish_next("audit", delivery_state::failed);
    f.finish_next("audit", delivery_state::successful);
    CHECK(f.list({.state = delivery_state::failed, .before = f.at(13)}) == ids{2});
    CHECK(f.list({.state = delivery_state::failed, .after = f.at(13)}).empty());
    CHECK(f.list({.state = delivery_state::pending, .handler = "audit", .before = f.at(13)}) ==
          ids{12, 10, 8, 6});
    CHECK(f.list({.state = delivery_state::pending, .before = f.at(5)}) == ids{6, 3, 1});
}

TEST_CASE("what waits and what was discarded is listed newest first however often it was discarded",
          "[store]") {
    fixture f;
    f.keep_many(6);
    const discard_record how{noon, "ops", "the customer has left"};
    for (int round = 0; round < 2; ++round) {
        if (round > 0) REQUIRE(f.kept->retry({.id = 2}, 1).value() == 1);
        f.finish(2, delivery_state::failed);
        REQUIRE(f.kept->discard({.id = 2}, how, 1).value() == 1);
    }
    f.finish(4, delivery_state::failed);
    REQUIRE(f.kept->discard({.id = 4}, how, 1).value() == 1);
    REQUIRE(f.kept->discards(2).value().size() == 2);
    CHECK(f.list({.state = delivery_state::discarded}) == ids{4, 2});
    CHECK(f.list({.state = delivery_state::discarded}, 4) == ids{2});
    CHECK(f.list({.state = delivery_state::discarded, .handler = "crm"}).empty());
    CHECK(f.list({.state = delivery_state::discarded, .after = f.at(2)}) == ids{4});
    CHECK(f.list({.state = delivery_state::discarded, .event_id = "evt_2"}) == ids{2});
    CHECK(f.list({.state = delivery_state::pending}) == ids{6, 5, 3, 1});
    CHECK(f.list({.state = delivery_state::pending}, 5, 2) == ids{3, 1});
}
