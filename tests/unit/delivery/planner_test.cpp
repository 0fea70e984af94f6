#include <webhookd/delivery/planner.hpp>

#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace webhookd;
using store::ordering;

namespace {

constexpr std::string_view two_endpoints = R"yaml(
endpoints:
  - { name: production, path: /p, signature: { mode: required, jwks: { file: /keys.json } } }
  - { name: alpha, path: /a, signature: { mode: required, jwks: { file: /keys.json } } }
handlers:
  audit: { type: log }
  crm: { type: forward, url: "https://crm.example/", order_by: transaction }
  archive: { type: shell, command: "true", order_by: transaction, on_failure: block }
)yaml";

delivery::planner planner_of(const std::string& routes, bool dry_run = false) {
    const auto loaded = test::load_config(std::string(two_endpoints) + routes);
    CAPTURE(test::config_lines(loaded));
    REQUIRE(loaded.value.has_value());
    return delivery::planner(loaded.value->reloadable, dry_run);
}

std::vector<store::planned_delivery> plan(const delivery::planner& p, std::string_view endpoint,
                                          const std::string& type, const std::string& object = "{}") {
    const auto body = event::document::parse(R"({"id":"evt_1","type":")" + type +
                                             R"(","payload":{"object":)" + object + "}}");
    return p.plan(endpoint, event::read_envelope(body.value()).value(), body.value());
}

/// The handlers alone.
std::vector<std::string> handlers(const std::vector<store::planned_delivery>& planned) {
    std::vector<std::string> names;
    for (const auto& each : planned)
        names.push_back(each.handler);
    return names;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a delivery is planned for each handler of the routes that match, once", "[delivery]") {
    const auto p = planner_of(R"yaml(
routes:
  - { name: completed, match: transaction.lifecycle.completed, handlers: [crm, archive] }
  - { name: trials, match: "*", endpoint: alpha, handlers: [audit], final: true }
  - { name: everything, match: "*", handlers: [audit, crm] }
)yaml");
    CHECK(handlers(plan(p, "production", "transaction.lifecycle.completed")) ==
          names{"crm", "archive", "audit"});
    CHECK(handlers(plan(p, "production", "action.opened")) == names{"audit", "crm"});
    CHECK(handlers(plan(p, "alpha", "action.opened")) == names{"audit"});
    CHECK(handlers(plan(p, "alpha", "transaction.lifecycle.completed")) == names{"crm", "archive", "audit"});
}

TEST_CASE("conditions look into the body", "[delivery]") {
    const auto p = planner_of(R"yaml(
routes:
  - { name: refusals, match: action.stalled, when: { /payload/object/stalled_reason: [signature_refusal] }, handlers: [crm] }
)yaml");
    CHECK(handlers(plan(p, "production", "action.stalled", R"({"stalled_reason":"signature_refusal"})")) ==
          names{"crm"});
    CHECK(plan(p, "production", "action.stalled", R"({"stalled_reason":"other"})").empty());
    CHECK(plan(p, "production", "action.stalled").empty());
    CHECK(plan(p, "production", "action.opened", R"({"stalled_reason":"signature_refusal"})").empty());
}

TEST_CASE("how a handler's deliveries are ordered follows from its settings", "[delivery]") {
    const auto p = planner_of(R"yaml(
routes:
  - { name: all, match: "*", handlers: [audit, crm, archive] }
)yaml");
    const auto planned = plan(p, "production", "action.opened");
    REQUIRE(planned.size() == 3);
    CHECK(planned[0].ordering == ordering::none);
    CHECK(planned[1].ordering == ordering::skip);
    CHECK(planned[2].ordering == ordering::block);

    config::handler_common unordered;
    unordered.on_failure = config::failure_action::block; // without an order there is nothing to hold up
    CHECK(delivery::ordering_of(unordered) == ordering::none);
}

TEST_CASE("without routes nothing is planned, and an unknown type still meets the wildcard", "[delivery]") {
    CHECK(plan(planner_of("routes: []\n"), "production", "action.opened").empty());
    const auto p = planner_of("routes:\n  - { name: all, match: \"*\", handlers: [audit] }\n");
    CHECK(handlers(plan(p, "production", "invented.tomorrow")) == names{"audit"});
    CHECK(handlers(plan(p, "an endpoint of no configuration", "invented.tomorrow")) == names{"audit"});
}

TEST_CASE("in a dry run nothing is planned", "[delivery]") {
    const std::string routes = "routes: [{ name: everything, match: '*', handlers: [audit] }]\n";
    CHECK(plan(planner_of(routes), "alpha", "action.opened").size() == 1);
    CHECK(plan(planner_of(routes, true), "alpha", "action.opened").empty());
}

TEST_CASE("a change of the routes counts for events from then on", "[delivery]") {
    delivery::planner p(config::reloadable{});
    CHECK(plan(p, "alpha", "action.opened").empty());
    const auto loaded = test::load_config(std::string(two_endpoints) +
                                          "routes: [{ name: everything, match: '*', handlers: [crm] }]\n");
    REQUIRE(loaded.value.has_value());
    p.change(loaded.value->reloadable);
    CHECK(handlers(plan(p, "alpha", "action.opened")) == names{"crm"});
}
