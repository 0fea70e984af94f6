#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"

namespace webhookd::store::sqlite {

/// On a reader's connection. What it promises stands in event_store.
result<backlog> read_backlog(connection& db);

} // namespace webhookd::store::sqlite
