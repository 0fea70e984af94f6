#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

using fixture = contract_fixture;

} // namespace

TEST_CASE("while a circuit is open nothing of its handler is claimed unless despite of it",
          "[store][circuits]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm, audit});
    CHECK(f.kept->open_circuits().value().empty());
    const auto opening = f.kept->open_circuit("crm", 1h).value();
    CHECK(opening != 0);
    const auto all = f.kept->open_circuits().value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].handler == "crm");
    CHECK(all[0].opening == opening);
    CHECK(about(all[0].left, 1h));
    CHECK_FALSE(all[0].is_tester);

    const auto refused = f.claim("crm");
    CHECK(refused.deliveries.empty());
    CHECK(refused.circuit_open);
    CHECK_FALSE(f.kept->try_test_circuit("crm", 1h).value());
    CHECK(f.claim("audit").deliveries.size() == 1);
    const auto despite = f.kept->claim({.handler = "crm", .lease = 1h, .despite_circuit = true}).value();
    CHECK(despite.deliveries.size() == 1);
    CHECK_FALSE(despite.circuit_open);
}

TEST_CASE("who has the test of a circuit claims and closes it", "[store][circuits]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    f.keep("evt_2", "tx_2", {crm});
    const auto opening = f.kept->open_circuit("crm", 0ms).value();
    CHECK(f.claim("crm").circuit_open); // its time is over, and nobody has the test
    REQUIRE(f.kept->try_test_circuit("crm", 1h).value());
    const auto all = f.kept->open_circuits().value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].is_tester);
    CHECK(all[0].left == 0us);
    const auto answer = f.claim("crm", 1);
    CHECK(answer.deliveries.size() == 1);
    CHECK_FALSE(answer.circuit_open);
    CHECK(f.kept->try_test_circuit("crm", 1h).value()); // extended

    REQUIRE(f.kept->close_circuit("crm", opening).has_value());
    CHECK(f.kept->open_circuits().value().empty());
    CHECK_FALSE(f.kept->try_test_circuit("crm", 1h).value());
    CHECK(f.claim("crm").deliveries.size() == 1);
}

TEST_CASE("a test whose lease is over lets nothing be claimed", "[store][circuits]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm});
    REQUIRE(f.kept->open_circuit("crm", 0ms).has_value());
    REQUIRE(f.kept->try_test_circuit("crm", 0ms).value());
    CHECK(f.claim("crm").circuit_open);
    CHECK(f.kept->try_test_circuit("crm", 1h).value());
    CHECK(f.claim("crm").deliveries.size() == 1);
}

TEST_CASE("a circuit that is open stays as it was opened until its tester opens it anew",
          "[store][circuits]") {
    fixture f;
    const auto first = f.kept->open_circuit("crm", 1h).value();
    CHECK(f.kept->open_circuit("crm", 2h).value() == first);
    CHECK(about(f.kept->open_circuits().value().at(0).left, 1h));
    REQUIRE(f.kept->close_circuit("crm", first).has_value());

    const auto second = f.kept->open_circuit("crm", 0ms).value();
    CHECK(second != first);
    REQUIRE(f.kept->try_test_circuit("crm", 1h).value());
    const auto third = f.kept->open_circuit("crm", 2h).value();
    CHECK(third != second);
    CHECK_FALSE(f.kept->open_circuits().value().at(0).is_tester);
    for (const auto old : {first, second})
        REQUIRE(f.kept->close_circuit("crm", old).has_value()); // late: it is another opening by now
    const auto all = f.kept->open_circuits().value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].opening == third);
    CHECK(about(all[0].left, 2h));
}

TEST_CASE("circuits are listed by the names of their handlers", "[store][circuits]") {
    fixture f;
    for (const auto* handler : {"crm", "audit", "billing"})
        REQUIRE(f.kept->open_circuit(handler, 1h).has_value());
    std::vector<std::string> names;
    for (const auto& each : f.kept->open_circuits().value())
        names.push_back(each.handler);
    CHECK(names == std::vector<std::string>{"audit", "billing", "crm"});
}
