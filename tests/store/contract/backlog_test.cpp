#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

using waiting = store::backlog::waiting;
using by_handler = std::map<std::string, waiting>;

} // namespace

TEST_CASE("the backlog knows for each handler what waits and since when", "[store]") {
    contract_fixture f;
    CHECK(f.kept->backlog()->by_handler.empty());
    CHECK(f.kept->backlog()->failed == 0);
    f.keep("evt_1", "tx", {crm}, noon);               // delivery 1
    f.keep("evt_2", "tx", {crm, audit}, noon + 1min); // 2 and 3
    f.keep("evt_3", "tx", {crm}, noon + 2min);        // 4
    CHECK(f.kept->backlog()->by_handler == by_handler{{"crm", {3, noon}}, {"audit", {1, noon + 1min}}});

    // Whatever its next attempt's time: it has waited since it came.
    f.finish(1, delivery_state::pending, 5h);
    CHECK(f.kept->backlog()->by_handler.at("crm") == waiting{3, noon});
    f.advance(5h);
    f.finish(1, delivery_state::failed);
    f.finish(3, delivery_state::successful);
    CHECK(f.kept->backlog()->by_handler == by_handler{{"crm", {2, noon + 1min}}});
    CHECK(f.kept->backlog()->failed == 1);
}

TEST_CASE("a delivery that is retried by hand waits from then on", "[store]") {
    contract_fixture f;
    f.keep("evt_1", "tx", {crm}, noon);
    f.finish(1, delivery_state::failed);
    f.advance(3h);
    REQUIRE(f.kept->retry({.handler = "crm"}, 10).value() == 1);
    const auto retried = f.kept->backlog()->by_handler;
    REQUIRE(retried.size() == 1);
    CHECK(retried.at("crm").deliveries == 1);
    CHECK(about(retried.at("crm").oldest - noon, 3h));
    CHECK(f.kept->backlog()->failed == 0);
}
