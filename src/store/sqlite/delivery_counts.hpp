#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

/// How many deliveries wait and have failed. On a reader's connection; what is promised is documented in
/// delivery_query.
namespace webhookd::store::sqlite {

[[nodiscard]] result<backlog> read_backlog(connection& db);
[[nodiscard]] result<std::vector<failure_group>> read_failure_groups(connection& db, std::string_view handler,
                                                                     std::size_t limit);

} // namespace webhookd::store::sqlite
