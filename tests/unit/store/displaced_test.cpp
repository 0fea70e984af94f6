#include <webhookd/store/group_writer.hpp>

#include "support/fake_event_store.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

TEST_CASE("a store that is displaced is noticed without a batch, told, and trusted again when it is back",
          "[store]") {
    fake_event_store store;
    group_writer writer(store, {.probe_interval = std::chrono::milliseconds(5)});
    CHECK_FALSE(writer.trouble());
    store.misplace(failure{errc::store_io, "events.db was removed"});
    REQUIRE(wait_for_condition([&] { return !writer.healthy(); }));
    REQUIRE(writer.trouble());
    CHECK(writer.trouble()->detail == "events.db was removed");
    store.misplace(std::nullopt);
    CHECK(wait_for_condition([&] { return writer.healthy(); }));
    CHECK_FALSE(writer.trouble());
}
