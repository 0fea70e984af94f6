#include "store/sqlite/transfer_reader.hpp"

#include "store/sqlite/files.hpp"
#include "store/sqlite/schema.hpp"

#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace webhookd::store::sqlite {
namespace {

constexpr int source_cache_kib = 16'000;

/// A column as a part has it: a name, not its number.
std::string column_expression(const transfer::column& c) {
    if (c.names == nullptr) return std::string{"x."} + c.name;
    return std::string{"(SELECT n.name FROM "} + c.names + " n WHERE n.id = x." + c.name + ')';
}

std::string column_list(std::span<const transfer::column> columns) {
    std::string list;
    for (const auto& each : columns)
        list += (list.empty() ? "" : ", ") + column_expression(each);
    return list;
}

std::string selection_of(const transfer::part& of, bool from_the_first) {
    const auto keys = column_list(of.columns.first(of.key));
    std::string sql = "SELECT " + column_list(of.columns) + " FROM " + transfer_table(of) + " x";
    if (!from_the_first) {
        sql += " WHERE (" + keys + ") > (?";
        for (std::size_t i = 1; i < of.key; ++i)
            sql += ", ?";
        sql += ')';
    }
    return sql + " ORDER BY " + keys;
}

transfer::value value_in(const statement& row, int column, transfer::column_type type) {
    if (row.is_null(column)) return {};
    switch (type) {
    case transfer::column_type::text:
        return std::string{row.text(column)};
    case transfer::column_type::bytes:
        return std::string{row.bytes(column)};
    default:
        return row.integer(column);
    }
}

/// The lock first and last: closing a descriptor of a file drops the locks that SQLite has on it.
class locked_source final : public transfer::reader {
public:
    locked_source(lock_file lock, connection db)
        : lock_(std::move(lock))
        , db_(std::move(db))
        , reader_(db_) {}

    result<transfer::store_state> state() override { return reader_.state(); }
    result<std::vector<transfer::row>> read(const transfer::part& of, std::span<const transfer::value> after,
                                            transfer::page_limit limit) override {
        return reader_.read(of, after, limit);
    }

private:
    lock_file lock_;
    connection db_;
    transfer_reader reader_;
};

/// What the tables do not tell yet must be counted before they are copied.
result<void> check_source(connection& db) {
    const auto version = schema_version(db);
    if (!version) return version.error();
    if (*version == 0) return failure{errc::file_unreadable, "the database is empty"};
    std::int64_t open = 0;
    if (*version == newest_schema()) {
        const auto counted =
            db.integer("SELECT (SELECT count(*) FROM recount) + (SELECT count(*) FROM backfill)",
                       "look for what is not counted");
        if (!counted) return counted.error();
        open = *counted;
    }
    if (*version == newest_schema() && open == 0) return {};
    return failure{errc::argument_invalid,
                   "the database is of an older version of this program (schema " + std::to_string(*version) +
                       "); start this version's daemon on it, which upgrades it, and stop that again"};
}

} // namespace

const char* transfer_table(const transfer::part& of) noexcept {
    return std::string_view{of.name} == "heartbeat" ? "life" : of.name;
}

result<transfer::store_state> transfer_reader::state() {
    auto totals =
        db_.prepare("SELECT last_seq, last_delivery, events FROM totals WHERE id = 1", "read the totals");
    if (!totals) return totals.error();
    const statement_reset guard{*totals};
    const auto row = totals->step();
    if (!row) return row.error();
    if (!*row) return failure{errc::store_corrupt, "the row of totals is missing"};
    return transfer::store_state{totals->integer(0), totals->integer(1), totals->integer(2)};
}

result<std::vector<transfer::row>> transfer_reader::read(const transfer::part& of,
                                                         std::span<const transfer::value> after,
                                                         transfer::page_limit limit) {
    auto select = db_.prepare(selection_of(of, after.empty()).c_str(), "read the store");
    if (!select) return select.error();
    const statement_reset guard{*select};
    select->bind_each(after);
    std::vector<transfer::row> rows;
    for (std::size_t bytes = 0; rows.size() < limit.rows && bytes < limit.bytes;) {
        const auto found = select->step();
        if (!found) return found.error();
        if (!*found) break;
        auto& row = rows.emplace_back();
        row.reserve(of.columns.size());
        for (const auto& each : of.columns)
            row.push_back(value_in(*select, static_cast<int>(row.size()), each.type));
        bytes += transfer::size_of(row);
    }
    return rows;
}

result<std::unique_ptr<transfer::reader>> open_transfer_source(const std::filesystem::path& database) {
    std::error_code error;
    const auto file = std::filesystem::weakly_canonical(std::filesystem::absolute(database, error), error);
    if (error || !std::filesystem::is_regular_file(file, error))
        return failure{errc::file_unreadable, "there is no database"};
    auto lock = lock_file::acquire(file.string() + ".lock");
    if (!lock) return lock.error();
    if (auto fine = refuse_foreign_journal(file); !fine) return fine.error();
    if (auto locked = lock->lock_database(file); !locked) return locked.error();
    auto db = connection::open(file, {}, connection::access::read_only, source_cache_kib);
    if (!db) return db.error();
    if (auto fine = check_source(*db); !fine) return fine.error();
    return std::unique_ptr<transfer::reader>{
        std::make_unique<locked_source>(std::move(*lock), std::move(*db))};
}

} // namespace webhookd::store::sqlite
