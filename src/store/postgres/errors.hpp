#pragma once

#include <webhookd/error.hpp>

#include <postgresql/libpq-fe.h>

#include <string>
#include <string_view>

namespace webhookd::store::postgres {

/// Which of our failures an SQLSTATE is (PostgreSQL, appendix A).
[[nodiscard]] errc to_errc(std::string_view state) noexcept;

/// Whether the same transaction may succeed at once when it is tried again: a deadlock, or a serialization
/// failure.
[[nodiscard]] bool is_transient(std::string_view state) noexcept;

/// Whether the connection is of no use any more: the server is going down, or it is a standby now.
[[nodiscard]] bool ends_connection(std::string_view state) noexcept;

/// What PostgreSQL says of a statement that failed, with its SQLSTATE. Of errors about data it tells only
/// that, because their texts may quote values, and those are other people's data.
[[nodiscard]] failure make_failure(const PGresult* answer, std::string_view what);

} // namespace webhookd::store::postgres
