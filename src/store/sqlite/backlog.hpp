#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"

namespace webhookd::store::sqlite {

/// On a reader's connection. The contract is at the store's port.
result<backlog> read_backlog(connection& db);

} // namespace webhookd::store::sqlite
