#include <webhookd/ingest/admission.hpp>

#include "support/fake_event_store.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace webhookd;

namespace {

class backlog_store : public test::fake_event_store {
public:
    std::int64_t waiting = 0;
    bool purged = false;

private:
    [[nodiscard]] std::int64_t pending() const noexcept override { return waiting; }
    [[nodiscard]] store::event_offset last_offset() const noexcept override { return purged ? 1 : 0; }
};

struct trial {
    backlog_store store = {};
    runtime::system_clock clock = {};
    store::group_writer writer{store, {}};
    store::purger purger{store,  store, {store},
                         writer, clock, {.events = std::chrono::hours(24), .payloads = {}}};
    ingest::admission admission{store, purger, 2};
};

event::envelope created(timestamp at) {
    event::envelope e;
    e.created = at;
    return e;
}

} // namespace

TEST_CASE("nothing new is taken while as many deliveries wait as may", "[ingest]") {
    trial t;
    t.store.waiting = 1;
    CHECK_FALSE(t.admission.is_full());
    t.store.waiting = 2;
    CHECK(t.admission.is_full());
    t.admission.change(3);
    CHECK(t.admission.max_pending() == 3);
    CHECK_FALSE(t.admission.is_full());
}

TEST_CASE("an event older than the retention is stale once the store has purged", "[ingest]") {
    trial t;
    const auto now = t.clock.now();
    t.store.purged = GENERATE(false, true);
    t.purger.start();
    CHECK(t.admission.is_stale(created(now - std::chrono::hours(48))) == t.store.purged);
    CHECK_FALSE(t.admission.is_stale(created(now)));
    CHECK_FALSE(t.admission.is_stale({}));
}
