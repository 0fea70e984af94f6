#include "store/postgres/transfer_reader.hpp"

#include "store/postgres/instances.hpp"
#include "store/postgres/schema.hpp"

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {
namespace {

constexpr std::chrono::minutes large_statement_timeout{10};
constexpr std::chrono::seconds answer_margin{15};

constexpr statement count_daemons{"SELECT count(*) FROM universign_webhookd.instances WHERE NOT ended AND "
                                  "told_at > universign_webhookd.now_us() - $1::bigint",
                                  "look for daemons", false};

constexpr statement read_state{"SELECT last_seq, last_delivery, events FROM totals WHERE id = 1",
                               "read the totals", false};

std::string selected_columns(std::span<const transfer::column> columns) {
    std::string list;
    for (const auto& each : columns)
        list += (list.empty() ? "x." : ", x.") + std::string{each.name};
    return list;
}

/// The last heartbeat is that of the instance that was seen last.
std::string table_of(const transfer::part& of) {
    if (std::string_view{of.name} != "heartbeat") return of.name;
    return "(SELECT seen, ended FROM instances ORDER BY seen DESC, name LIMIT 1)";
}

/// How many bytes the row's texts have, which is known without reading them.
std::string measure_of(const transfer::part& of) {
    std::string sum = "0";
    for (const auto& each : of.columns)
        if (each.type == transfer::column_type::text || each.type == transfer::column_type::bytes)
            sum += " + coalesce(octet_length(x." + std::string{each.name} + "), 0)";
    return sum;
}

const char* type_of(transfer::column_type type) noexcept {
    return type == transfer::column_type::text ? "text" : "bigint";
}

// Rows that do not fit are not sent; the first one always is.
std::string selection_of(const transfer::part& of, bool from_the_first) {
    const auto columns = selected_columns(of.columns);
    const auto keys = selected_columns(of.columns.first(of.key));
    std::size_t number = 0;
    const auto parameter = [&](const char* type) { return '$' + std::to_string(++number) + "::" + type; };
    std::string where;
    if (!from_the_first) {
        for (const auto& each : of.columns.first(of.key))
            where += (where.empty() ? "" : ", ") + parameter(type_of(each.type));
        where = " WHERE (" + keys + ") > (" + where + ')';
    }
    const auto rows = parameter("bigint");
    const auto bytes = parameter("bigint");
    return "SELECT " + columns + " FROM (SELECT x.*, sum(x.measured) OVER (ORDER BY " + keys +
           ") - x.measured AS sent_before FROM (SELECT " + columns + ", " + measure_of(of) +
           " AS measured FROM " + table_of(of) + " x" + where + " ORDER BY " + keys + " LIMIT " + rows +
           ") x) x WHERE x.sent_before < " + bytes + " ORDER BY " + keys;
}

transfer::value value_in(const rows::row& row, int column, transfer::column_type type) {
    if (row.is_null(column)) return {};
    switch (type) {
    case transfer::column_type::text:
        return row.text(column);
    case transfer::column_type::bytes:
        return std::string{row.bytes(column)};
    default:
        return row.integer(column);
    }
}

class unused_source final : public transfer::reader {
public:
    explicit unused_source(std::unique_ptr<connection> db)
        : db_(std::move(db))
        , reader_(*db_) {}

    result<transfer::store_state> state() override {
        if (auto unused = check_unused(*db_); !unused) return unused.error();
        return reader_.state();
    }
    result<std::vector<transfer::row>> read(const transfer::part& of, std::span<const transfer::value> after,
                                            transfer::page_limit limit) override {
        return reader_.read(of, after, limit);
    }

private:
    std::unique_ptr<connection> db_;
    transfer_reader reader_;
};

result<void> check_source_version(std::optional<std::int64_t> version) {
    if (!version || *version == 0) return failure{errc::file_unreadable, "there is no store in the database"};
    if (*version == newest_schema()) return {};
    const auto found = "the store has schema version " + std::to_string(*version) + ", and this program ";
    if (*version > newest_schema())
        return failure{errc::store_newer, found + "knows versions up to " + std::to_string(newest_schema()) +
                                              "; migrate with the newer program"};
    return failure{errc::argument_invalid, found + "copies version " + std::to_string(newest_schema()) +
                                               "; start this version's daemon on it, which upgrades it, and "
                                               "stop that again"};
}

} // namespace

result<transfer::store_state> transfer_reader::state() {
    const auto found = db_.run_one(read_state);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_corrupt, "the row of totals is missing"};
    const auto row = found->at(0);
    return transfer::store_state{row.integer(0), row.integer(1), row.integer(2)};
}

result<std::vector<transfer::row>> transfer_reader::read(const transfer::part& of,
                                                         std::span<const transfer::value> after,
                                                         transfer::page_limit limit) {
    parameters given;
    for (const auto& each : after) {
        if (const auto* number = std::get_if<std::int64_t>(&each))
            given.add(*number);
        else if (const auto* text = std::get_if<std::string>(&each))
            given.add(std::string_view{*text});
    }
    given.add(static_cast<std::int64_t>(limit.rows)).add(static_cast<std::int64_t>(limit.bytes));
    const auto sql = selection_of(of, after.empty());
    const statement select{sql.c_str(), "read the store", false};
    const auto found = db_.run_one(select, std::move(given));
    if (!found) return found.error();
    std::vector<transfer::row> all;
    all.reserve(static_cast<std::size_t>(found->size()));
    for (const auto each : *found) {
        auto& row = all.emplace_back();
        row.reserve(of.columns.size());
        for (const auto& column : of.columns)
            row.push_back(value_in(each, static_cast<int>(row.size()), column.type));
    }
    return all;
}

result<std::unique_ptr<connection>> connect_to_transfer(const postgres_options& options) {
    if (auto fine = check_postgres_url(options.url); !fine) return fine.error();
    auto db = connection::open({.url = options.url,
                                .password = options.password,
                                .statement_timeout = large_statement_timeout,
                                .answer_timeout = large_statement_timeout + answer_margin});
    if (!db) return db.error();
    if (auto safe = check_safety(**db); !safe) return safe.error();
    return db;
}

result<void> check_unused(connection& db) {
    const auto found = db.run_one(count_daemons, parameters{std::int64_t{silent_for.count()}});
    if (!found) return found.error();
    if (found->at(0).integer(0) == 0) return {};
    return failure{errc::store_busy, "a daemon works with the store; stop all of them (one that was killed "
                                     "counts as running for 30 seconds)"};
}

result<std::unique_ptr<transfer::reader>> open_transfer_source(const postgres_options& options) {
    auto db = connect_to_transfer(options);
    if (!db) return db.error();
    const auto version = find_schema_version(**db);
    if (!version) return version.error();
    if (auto fine = check_source_version(*version); !fine) return fine.error();
    if (auto unused = check_unused(**db); !unused) return unused.error();
    return std::unique_ptr<transfer::reader>{std::make_unique<unused_source>(std::move(*db))};
}

} // namespace webhookd::store::postgres
