#include <webhookd/store/sqlite.hpp>

#include "support/store_events.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

using namespace webhookd;
using namespace webhookd::store;
using namespace std::chrono_literals;

namespace {

const timestamp noon = *parse_rfc3339("2026-01-02T12:00:00Z");

struct fixture {
    fixture() {
        auto opened = open_sqlite_store({.file = directory / "events.db"});
        if (!opened) FAIL(to_string(opened.error()));
        kept = std::move(*opened);
    }

    void keep(const std::string& id, timestamp received, const std::vector<std::string>& handlers) {
        auto e = test::make_event(id);
        e.received = received;
        for (const auto& each : handlers)
            e.deliveries.push_back({each, sequencing::none});
        REQUIRE(kept->append({&e, 1}).has_value());
    }
    void finish(delivery_id id, delivery_state state, timestamp due) {
        const finished_delivery f{id, state, due, {due, 0ms, 0, "no", ""}};
        REQUIRE(kept->finish({&f, 1}).has_value());
    }
    store::backlog backlog() { return kept->backlog().value(); }

    test::temp_directory directory;
    std::unique_ptr<event_store> kept;
};

using waiting = store::backlog::waiting;
using by_handler = std::map<std::string, waiting>;

} // namespace

TEST_CASE("the backlog knows for each handler what waits and since when", "[store]") {
    fixture f;
    CHECK(f.backlog().by_handler.empty());
    CHECK(f.backlog().failed == 0);
    f.keep("evt_1", noon, {"crm"});                 // delivery 1
    f.keep("evt_2", noon + 1min, {"crm", "audit"}); // 2 and 3
    f.keep("evt_3", noon + 2min, {"crm"});          // 4
    CHECK(f.backlog().by_handler == by_handler{{"crm", {3, noon}}, {"audit", {1, noon + 1min}}});

    // Whatever its next attempt's time: it has waited since it came.
    f.finish(1, delivery_state::pending, noon + 5h);
    CHECK(f.backlog().by_handler.at("crm") == waiting{3, noon});
    f.finish(1, delivery_state::failed, noon);
    f.finish(3, delivery_state::successful, noon);
    CHECK(f.backlog().by_handler == by_handler{{"crm", {2, noon + 1min}}});
    CHECK(f.backlog().failed == 1);
}

TEST_CASE("a delivery that is retried by hand waits from then on", "[store]") {
    fixture f;
    f.keep("evt_1", noon, {"crm"});
    f.finish(1, delivery_state::failed, noon);
    REQUIRE(f.kept->retry({.handler = "crm"}, noon + 3h, 10).value() == 1);
    CHECK(f.backlog().by_handler == by_handler{{"crm", {1, noon + 3h}}});
    CHECK(f.backlog().failed == 0);
}
