#pragma once

#include <webhookd/store/circuits.hpp>

#include "store/postgres/session.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

/// The circuits that are not closed: a row each. What the calls promise is documented in circuits.
namespace webhookd::store::postgres {

[[nodiscard]] result<std::int64_t> open_circuit(connection& db, const session& self, std::string_view handler,
                                                std::chrono::milliseconds open_for);
[[nodiscard]] result<bool> try_test_circuit(connection& db, const session& self, std::string_view handler,
                                            std::chrono::milliseconds lease);
[[nodiscard]] result<void> close_circuit(connection& db, const session& self, std::string_view handler,
                                         std::int64_t opening);
[[nodiscard]] result<std::vector<circuit_record>> list_open_circuits(connection& db, const session& self);
/// Others may test at once what this session has the test of. For its end.
[[nodiscard]] result<void> give_up_tests(connection& db, const session& self);

} // namespace webhookd::store::postgres
