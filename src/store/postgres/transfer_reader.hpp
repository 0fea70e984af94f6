#pragma once

#include <webhookd/store/postgres.hpp>

#include "store/postgres/connection.hpp"
#include "store/transfer/ports.hpp"

#include <memory>
#include <string>

namespace webhookd::store::postgres {

/// Reads the parts of the store in the session's schema on a connection, which outlives this.
class transfer_reader final : public transfer::reader {
public:
    explicit transfer_reader(connection& db)
        : db_(db) {}

    result<transfer::store_state> state() override;
    result<std::vector<transfer::row>> read(const transfer::part& of, std::span<const transfer::value> after,
                                            transfer::page_limit limit) override;

private:
    connection& db_;
};

/// A connection for large statements that nobody waits for.
[[nodiscard]] result<std::unique_ptr<connection>> connect_to_transfer(const postgres_options& options);

/// Whether no daemon works with the store in the schema `universign_webhookd`, which is there. Errors also:
/// store_busy.
[[nodiscard]] result<void> check_unused(connection& db);

/// A database that is not changed. Errors: file_unreadable (there is no store), store_busy, store_newer,
/// argument_invalid (an older schema), and as open_postgres_store.
[[nodiscard]] result<std::unique_ptr<transfer::reader>> open_transfer_source(const postgres_options& options);

/// A schema of its own in a database that has no store, or the beginning of one that an earlier call with the
/// same `source` (a text that tells sources apart) has made. Errors: file_unwritable, store_busy, and as
/// open_postgres_store.
[[nodiscard]] result<std::unique_ptr<transfer::writer>>
open_transfer_target(const postgres_options& options, const std::string& source, bool anew);

} // namespace webhookd::store::postgres
