#pragma once

#include <webhookd/store/postgres.hpp>

#include <postgresql/libpq-fe.h>

#include <string>

namespace webhookd::store::postgres {

/// The schema of the database that has all our tables.
inline constexpr const char* schema_name = "universign_webhookd";

/// Why a connection could not be made, in libpq's words without the user's name and password.
[[nodiscard]] std::string connect_failure_text(PGconn* failed);

} // namespace webhookd::store::postgres
