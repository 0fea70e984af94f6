#pragma once

#include "store/sqlite/connection.hpp"
#include "store/transfer/ports.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace webhookd::store::sqlite {

/// Reads the parts of a store on a connection, which outlives this.
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

/// The table of a part. Each column of the part is one of the table's; where it repeats, it has the number of
/// a name.
[[nodiscard]] const char* transfer_table(const transfer::part& of) noexcept;

/// A database that nobody else uses while this lives, and that is not changed. Errors: file_unreadable,
/// store_busy, store_newer, argument_invalid (an older one), store_bad_url and what SQLite reports.
[[nodiscard]] result<std::unique_ptr<transfer::reader>>
open_transfer_source(const std::filesystem::path& database);

/// A new database in the place `file`, or the beginning of one that an earlier call with the same `source` (a
/// text that tells sources apart) has made. Errors: file_unwritable, store_busy, store_full and what SQLite
/// reports.
[[nodiscard]] result<std::unique_ptr<transfer::writer>>
open_transfer_target(const std::filesystem::path& file, const std::string& source, bool anew);

} // namespace webhookd::store::sqlite
