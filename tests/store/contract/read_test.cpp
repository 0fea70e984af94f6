#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

TEST_CASE("envelopes can be read without their bodies", "[store]") {
    contract_fixture f;
    REQUIRE(f.kept->append(make_events("evt_", 2)).has_value());
    const auto whole = f.kept->read_after(0, 10, SIZE_MAX);
    const auto light = f.kept->read_after(0, 10, 0, projection::envelope_only);
    REQUIRE(whole.has_value());
    REQUIRE(light.has_value());
    REQUIRE(light->size() == 2); // bodies that are not read do not count
    CHECK(light->at(1).envelope.id == whole->at(1).envelope.id);
    CHECK(light->at(1).envelope.type == whole->at(1).envelope.type);
    CHECK_FALSE(whole->at(1).body.empty());
    CHECK(light->at(1).body.empty());
}

TEST_CASE("events are read in the order of arrival, bounded by number and by bytes", "[store]") {
    contract_fixture f;
    CHECK(f.kept->read_after(0, 10, 1000)->empty());

    auto batch = make_events("evt_", 10);
    for (auto& e : batch)
        e.body.assign(100, 'x');
    batch[4].body.assign(5000, 'x');
    REQUIRE(f.kept->append(batch).has_value());

    struct bounded {
        event_offset after;
        std::size_t limit;
        std::size_t max_bytes;
        std::vector<std::string> expected;
    };
    const bounded cases[] = {
        {0, 3, SIZE_MAX, {"evt_1", "evt_2", "evt_3"}},
        {2, 2, SIZE_MAX, {"evt_3", "evt_4"}},
        {0, SIZE_MAX, 300, {"evt_1", "evt_2", "evt_3"}},
        {0, SIZE_MAX, 299, {"evt_1", "evt_2"}},
        {0, 10, 0, {"evt_1"}},
        {3, 10, 1000, {"evt_4"}},
        {4, 10, 1000, {"evt_5"}},
        {4, 2, 5100, {"evt_5", "evt_6"}},
        {8, 10, SIZE_MAX, {"evt_9", "evt_10"}},
        {10, 10, SIZE_MAX, {}},
        {0, 0, SIZE_MAX, {}},
        {INT64_MAX, 10, SIZE_MAX, {}},
    };
    for (const auto& c : cases) {
        INFO("after " << c.after << ", " << c.limit << " events, " << c.max_bytes << " bytes");
        const auto read = f.kept->read_after(c.after, c.limit, c.max_bytes);
        REQUIRE(read.has_value());
        std::vector<std::string> ids;
        for (const auto& e : *read)
            ids.push_back(e.envelope.id);
        CHECK(ids == c.expected);
    }
}

TEST_CASE("more threads than readers read while events arrive, and see only whole batches", "[store]") {
    constexpr std::size_t batch_size = 5;
    contract_fixture f;
    std::atomic<bool> done = false;
    std::atomic<int> mistakes = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!done) {
                const auto events = f.kept->read_after(0, 1000, SIZE_MAX);
                const auto counted = f.kept->statistics();
                const auto waiting = f.kept->waiting_by_handler();
                if (!events || events->size() % batch_size != 0 || !counted || !waiting) ++mistakes;
            }
        });
    }
    for (std::size_t i = 0; i < 40; ++i) {
        const auto batch = make_events("evt_", batch_size, i * batch_size);
        if (!f.kept->append(batch)) ++mistakes;
    }
    done = true;
    for (auto& t : threads)
        t.join();
    CHECK(mistakes == 0);
    CHECK(f.kept->read_after(0, 1000, SIZE_MAX)->size() == 40 * batch_size);
}
