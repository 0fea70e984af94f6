#include <webhookd/telemetry/metrics.hpp>

#include "support/fake_event_store.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

namespace {

class unreadable_queue final : public test::fake_event_store {
public:
    result<store::backlog> backlog() override { return failure{errc::store_io}; }
};

} // namespace

TEST_CASE("the store is counted by one at a time and not again for a while", "[telemetry]") {
    test::fake_event_store kept;
    telemetry::store_counter counter(kept, kept, kept);
    CHECK_FALSE(counter.last()->statistics);
    REQUIRE(counter.begin());
    CHECK_FALSE(counter.begin());
    counter.count();
    CHECK(counter.last()->statistics);
    CHECK(counter.last()->backlog);
    CHECK_FALSE(counter.begin());
}

TEST_CASE("what the store cannot count is missing from the metrics, and the rest is there", "[telemetry]") {
    unreadable_queue kept;
    telemetry::store_counter counter(kept, kept, kept);
    REQUIRE(counter.begin());
    counter.count();
    telemetry::metrics_snapshot now;
    now.handlers.emplace_back().name = "crm";
    now.key_sets["trial"] = std::nullopt;
    now.pending_deliveries = 7;
    const auto text = telemetry::render_metrics(now, *counter.last());
    CHECK_THAT(text, Catch::Contains("webhookd_deliveries_pending 7\n"));
    CHECK_THAT(text, Catch::Contains("webhookd_handler_in_flight{handler=\"crm\"} 0\n"));
    CHECK_THAT(text, Catch::Contains("webhookd_store_events 0\n"));
    CHECK_THAT(text, !Catch::Contains("webhookd_deliveries_failed"));
    CHECK_THAT(text, !Catch::Contains("webhookd_handler_pending_deliveries"));
    CHECK_THAT(text, !Catch::Contains("webhookd_key_set_keys"));
}

TEST_CASE("figures of a store that several daemons share are marked and those of this one are not",
          "[telemetry]") {
    test::fake_event_store kept;
    telemetry::store_counter counter(kept, kept, kept);
    REQUIRE(counter.begin());
    counter.count();
    telemetry::metrics_snapshot now;
    now.handlers.emplace_back().name = "crm";
    now.store_engine = "postgresql";
    now.store_is_shared = true;
    now.store_at_risk = true;
    const auto text = telemetry::render_metrics(now, *counter.last());
    for (const auto* sample :
         {"webhookd_deliveries_pending{scope=\"cluster\"} 0\n",
          "webhookd_store_events{scope=\"cluster\"} 0\n", "webhookd_deliveries_failed{scope=\"cluster\"} 0\n",
          "webhookd_handler_pending_deliveries{handler=\"crm\",scope=\"cluster\"} 0\n",
          "webhookd_handler_circuit_state{handler=\"crm\",state=\"closed\",scope=\"cluster\"} 1\n",
          "webhookd_handler_in_flight{handler=\"crm\"} 0\n", "webhookd_store_info{engine=\"postgresql\"} 1\n",
          "webhookd_store_at_risk 1\n", "webhookd_instances{state=\"gone\",scope=\"cluster\"} 0\n",
          "webhookd_configuration_drift{scope=\"cluster\"} 0\n",
          "webhookd_instance_names_shared{scope=\"cluster\"} 0\n"})
        CHECK_THAT(text, Catch::Contains(sample));
}

TEST_CASE("a name that several instances have counts once and while they run", "[telemetry]") {
    telemetry::store_counts counted;
    auto& all = counted.instances.emplace(4);
    all[0].name = all[1].name = all[2].name = "alpha";
    all[3].name = "beta";
    telemetry::metrics_snapshot now;
    CHECK_THAT(telemetry::render_metrics(now, counted),
               Catch::Contains("webhookd_instance_names_shared 1\n"));
    all[1].presence = store::presence::stopped;
    all[2].presence = store::presence::gone;
    CHECK_THAT(telemetry::render_metrics(now, counted),
               Catch::Contains("webhookd_instance_names_shared 0\n"));
}
