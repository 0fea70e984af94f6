#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace webhookd::store::sqlite {

/// On a reader's connection. What it promises is documented in delivery_query.
[[nodiscard]] result<std::vector<failure_group>> read_failure_groups(connection& db, std::string_view handler,
                                                                     std::size_t limit);

} // namespace webhookd::store::sqlite
