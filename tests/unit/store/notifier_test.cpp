#include <webhookd/store/group_writer.hpp>

#include "support/fake_event_store.hpp"
#include "support/result_printer.hpp"
#include "support/store_events.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using namespace webhookd::test;

TEST_CASE("all senders of a batch are answered before listeners are told of it", "[store]") {
    fake_event_store store;
    std::string order; // of the writer's thread, until that has ended
    const auto listening = store.subscribe([&order](auto&) { order += "told "; });
    store::group_writer writer{store, {}};
    const auto answered = [&order](auto) { order += "answered "; };
    store.hold();
    REQUIRE(writer.submit(make_event("evt_1"), answered));
    REQUIRE(store.wait_until_held());
    REQUIRE(writer.submit(make_event("evt_2"), answered));
    REQUIRE(writer.submit(make_event("evt_3"), answered));
    store.release();
    writer.stop();
    CHECK(order == "answered told answered answered told ");
}

TEST_CASE("listeners are told of nothing where only duplicates came", "[store]") {
    fake_event_store store;
    int told = 0;
    const auto listening = store.subscribe([&told](auto&) { ++told; });
    for (int times = 0; times < 2; ++times) {
        const auto e = make_event("evt_1");
        REQUIRE(store.append({&e, 1}));
        store.announce();
    }
    CHECK(told == 1);
}
