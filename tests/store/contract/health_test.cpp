#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

TEST_CASE("a store that takes events is in its place and passes its probe, which keep nothing", "[store]") {
    contract_fixture f;
    for (const bool reopened : {false, true}) {
        if (reopened) f.reopen();
        CHECK(f.kept->in_place().has_value());
        CHECK(f.kept->probe().has_value());
        CHECK(f.kept->last_offset() == (reopened ? 1 : 0));
        CHECK(f.kept->statistics()->events == (reopened ? 1 : 0));
        if (!reopened) f.keep(make_event("evt_1"));
    }
}

TEST_CASE("looks at the store's place and probes go on beside writes", "[store]") {
    contract_fixture f;
    std::atomic<bool> done = false;
    std::atomic<int> mistakes = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            do {
                if (!f.kept->in_place() || !f.kept->probe()) ++mistakes;
            } while (!done);
        });
    }
    for (std::size_t i = 0; i < 40; ++i)
        if (!f.kept->append(make_events("evt_", 5, i * 5))) ++mistakes;
    done = true;
    for (auto& t : threads)
        t.join();
    CHECK(mistakes == 0);
    CHECK(f.kept->last_offset() == 200);
}
