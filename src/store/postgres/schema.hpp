#pragma once

#include "store/postgres/connection.hpp"

namespace webhookd::store::postgres {

/// The version that this program makes.
[[nodiscard]] int newest_schema() noexcept;

/// The version of the schema that is there; nullopt: there is none.
[[nodiscard]] result<std::optional<std::int64_t>> find_schema_version(connection& db);

/// Makes the schema, or brings it up to this program's version; others may do the same at once. One that is
/// newer is accepted where it says that this program may work with it. Errors also: store_newer.
[[nodiscard]] result<void> prepare_schema(connection& db);

/// Whether the database keeps what it has confirmed: after a crash, a power loss, and where it is replicated
/// also after a failover. Errors: store_bad_url, which tells the setting and what to do; store_io for a
/// standby.
[[nodiscard]] result<void> check_safety(connection& db);

/// A standby that may miss what was confirmed, in words; empty: there is none.
[[nodiscard]] result<std::string> find_lagging_standby(connection& db);

} // namespace webhookd::store::postgres
