#include "ingest/outage_tracker.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;
using ingest::outage_tracker;
using store::outage;
using store::outage_reason;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;

} // namespace

TEST_CASE("refusals of one endpoint and reason that follow each other are one outage", "[ingest][outages]") {
    outage_tracker tracker(10min);
    CHECK(tracker.deferred("a", outage_reason::keys, noon));
    CHECK_FALSE(tracker.deferred("a", outage_reason::keys, noon + 5min));
    CHECK(tracker.deferred("b", outage_reason::keys, noon));
    CHECK(tracker.deferred("a", outage_reason::queue, noon));
    const auto told = tracker.unsaved();
    CHECK(told.size() == 3);
    CHECK(told[0] == outage{outage_reason::keys, "a", noon, noon + 5min, 2});
    tracker.saved(told);
    CHECK(tracker.unsaved().empty());

    CHECK_FALSE(tracker.deferred("a", outage_reason::keys, noon + 15min));
    CHECK(tracker.unsaved() == std::vector{outage{outage_reason::keys, "a", noon, noon + 15min, 3}});
    tracker.saved(tracker.unsaved());
    CHECK(tracker.deferred("a", outage_reason::keys, noon + 26min));
    CHECK(tracker.unsaved() == std::vector{outage{outage_reason::keys, "a", noon + 26min, noon + 26min, 1}});
}

TEST_CASE("an outage that could not be saved goes on, however long it takes", "[ingest][outages]") {
    outage_tracker tracker(10min);
    tracker.deferred("a", outage_reason::disk, noon);
    CHECK_FALSE(tracker.deferred("a", outage_reason::disk, noon + 6h));
    CHECK(tracker.unsaved() == std::vector{outage{outage_reason::disk, "a", noon, noon + 6h, 2}});
}

TEST_CASE("an outage that has grown while it was saved is to be saved again", "[ingest][outages]") {
    outage_tracker tracker(10min);
    tracker.deferred("a", outage_reason::queue, noon);
    const auto told = tracker.unsaved();
    tracker.deferred("a", outage_reason::queue, noon + 1s);
    tracker.saved(told);
    CHECK(tracker.unsaved() == std::vector{outage{outage_reason::queue, "a", noon, noon + 1s, 2}});
    CHECK_FALSE(tracker.deferred("a", outage_reason::queue, noon)); // loops' clocks may read in any order
    CHECK(tracker.unsaved()[0].ended == noon + 1s);
}

TEST_CASE("every failure that is answered 503 has its reason", "[ingest][outages]") {
    CHECK(ingest::reason_of(errc::keys_unavailable) == outage_reason::keys);
    CHECK(ingest::reason_of(errc::queue_full) == outage_reason::queue);
    CHECK(ingest::reason_of(errc::shutting_down) == outage_reason::stopping);
    for (const auto disk : {errc::store_full, errc::store_io, errc::store_busy, errc::store_corrupt})
        CHECK(ingest::reason_of(disk) == outage_reason::disk);
}
