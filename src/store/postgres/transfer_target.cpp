#include "store/postgres/schema.hpp"
#include "store/postgres/transfer_reader.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {
namespace {

constexpr const char* copy_name = "the schema universign_webhookd_migration";

constexpr statement find_copy{
    "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'universign_webhookd_migration'",
    "look for a copy", false};

constexpr statement find_store{
    "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'universign_webhookd' AND "
    "tablename = 'totals'",
    "look for a store", false};

/// Whoever writes waits until this transaction ends.
constexpr statement lock_store{"LOCK TABLE universign_webhookd.totals IN ACCESS EXCLUSIVE MODE",
                               "look for a store", false};

constexpr statement measure_store{
    "SELECT last_seq + last_delivery FROM universign_webhookd.totals WHERE id = 1", "look for a store",
    false};

constexpr const char* discard_copy = "DROP SCHEMA IF EXISTS universign_webhookd_migration CASCADE";
constexpr const char* remove_empty_store = "DROP SCHEMA IF EXISTS universign_webhookd CASCADE";
constexpr const char* use_copy = "SET search_path = universign_webhookd_migration";

/// It stands beside its place until it is whole. One row: of which source it is a copy, and how far it is.
constexpr const char* make_copy =
    "ALTER SCHEMA universign_webhookd RENAME TO universign_webhookd_migration; "
    "CREATE TABLE universign_webhookd_migration.migration (id smallint PRIMARY KEY CHECK (id = 1), "
    "source text COLLATE \"C\" NOT NULL, part bigint NOT NULL, last_key bytea NOT NULL)";

constexpr statement begin_mark{
    "INSERT INTO universign_webhookd_migration.migration (id, source, part, last_key) "
    "VALUES (1, $1::text, 0, '')",
    "begin a copy", false};

// What a process that was killed has sent may still be at work: this waits for its end.
constexpr statement read_mark{"SELECT source, part, last_key FROM migration WHERE id = 1 FOR UPDATE",
                              "look at the copy", false};

// Where another process has moved it, this changes nothing.
constexpr statement move_mark{"UPDATE migration SET part = $1::bigint, last_key = $2::bytea "
                              "WHERE id = 1 AND part = $3::bigint AND last_key = $4::bytea",
                              "keep how far the copy is", false};

constexpr statement keep_totals{"UPDATE totals SET last_seq = $1::bigint, last_delivery = $2::bigint, "
                                "events = (SELECT count(*) FROM events) WHERE id = 1",
                                "count the copy", false};

constexpr statement advance_key_ids{
    "SELECT setval(pg_get_serial_sequence('universign_webhookd_migration.keys', 'id'), "
    "(SELECT coalesce(max(id), 0) + 1 FROM keys), false)",
    "count the copy", false};

/// Without statistics the first plans would be for empty tables.
constexpr const char* gather_statistics =
    "ANALYZE events; ANALYZE payloads; ANALYZE consumption; ANALYZE deliveries; ANALYZE attempts";

constexpr const char* give_name = "DROP TABLE universign_webhookd_migration.migration; "
                                  "ALTER SCHEMA universign_webhookd_migration RENAME TO universign_webhookd";

struct array_type {
    array::of elements;
    const char* name;
};

array_type array_type_of(transfer::column_type type) noexcept {
    switch (type) {
    case transfer::column_type::boolean:
        return {array::of::booleans, "boolean[]"};
    case transfer::column_type::text:
        return {array::of::texts, "text[]"};
    case transfer::column_type::bytes:
        return {array::of::bytes, "bytea[]"};
    default:
        return {array::of::integers, "bigint[]"};
    }
}

/// An instance that is no more, is not listed, and is forgotten when the next one begins, whose outage is
/// measured from its heartbeat. Built by the names of columns, so that those which only a running daemon
/// has to fill may be there or not.
constexpr const char* insert_heartbeat = R"sql(
INSERT INTO instances SELECT (jsonb_populate_record(NULL::instances, jsonb_build_object(
    'name', 'before-migration', 'seen', g.seen, 'ended', g.ended, 'told_at', 0, 'steady_since', 0,
    'since', g.seen, 'began', g.seen, 'session', 0, 'version', '', 'fingerprint', '', 'in_flight', 0,
    'handlers', jsonb_build_array()))).*
FROM unnest($1::bigint[], $2::boolean[]) AS g (seen, ended)
)sql";

std::string insertion_into(const transfer::part& of) {
    const std::string_view name{of.name};
    if (name == "heartbeat") return insert_heartbeat;
    const std::string_view constant = name == "clock" ? "id, " : "";
    std::string columns;
    std::string arrays;
    for (const auto& each : of.columns) {
        columns += (columns.empty() ? "" : ", ") + std::string{each.name};
        arrays += (arrays.empty() ? "$" : ", $") + std::to_string(&each - of.columns.data() + 1) +
                  "::" + array_type_of(each.type).name;
    }
    return "INSERT INTO " + std::string{name} + " (" + std::string{constant} + columns + ")" +
           (name == "keys" ? " OVERRIDING SYSTEM VALUE" : "") + " SELECT " + (constant.empty() ? "" : "1, ") +
           "g.* FROM unnest(" + arrays + ") AS g (" + columns + ")";
}

void push(array& to, const transfer::value& v, transfer::column_type type) {
    if (const auto* text = std::get_if<std::string>(&v)) {
        if (type == transfer::column_type::bytes)
            to.push(bytes{*text});
        else
            to.push(std::string_view{*text});
    } else if (const auto* number = std::get_if<std::int64_t>(&v)) {
        if (type == transfer::column_type::boolean)
            to.push(*number != 0);
        else
            to.push(*number);
    } else {
        to.push(std::nullopt);
    }
}

parameters columns_from(const transfer::part& of, std::span<const transfer::row> rows) {
    parameters all;
    for (std::size_t i = 0; i < of.columns.size(); ++i) {
        const auto type = of.columns[i].type;
        array values{array_type_of(type).elements};
        for (const auto& each : rows)
            push(values, each[i], type);
        all.add(std::move(values));
    }
    return all;
}

/// Does it all in one transaction.
template <class Work>
result<void> in_one_transaction(connection& db, Work work) {
    if (auto begun = db.run_one(begin_transaction); !begun) return begun.error();
    result<void> done = work();
    if (done)
        if (auto committed = db.run_one(commit_transaction); !committed) done = committed.error();
    if (!done) db.roll_back();
    return done;
}

/// Within a transaction: nobody keeps anything in the store before it ends. Refuses one that has something,
/// or that a daemon works with.
result<void> hold_empty_store(connection& db) {
    if (auto locked = db.run_one(lock_store); !locked) return locked.error();
    const auto size = db.run_one(measure_store);
    if (!size) return size.error();
    if (size->empty() || size->at(0).integer(0) != 0)
        return failure{errc::file_unwritable, std::string{transfer::taken_words}};
    return check_unused(db);
}

/// Within a transaction: removes a schema that a daemon has made and nothing was kept in. Refuses any other.
result<void> clear_target(connection& db) {
    const auto there = db.run_one(find_store);
    if (!there) return there.error();
    if (there->at(0).integer(0) != 0)
        if (auto held = hold_empty_store(db); !held) return held;
    return db.run_script(remove_empty_store, "remove an empty store");
}

class migrated_schema final : public transfer::writer {
public:
    explicit migrated_schema(std::unique_ptr<connection> db)
        : db_(std::move(db))
        , reader_(*db_) {}

    /// Goes on with what an earlier call has made, or begins.
    result<void> begin(const std::string& source, bool anew);

    const transfer::mark& position() const noexcept override { return position_; }
    result<void> write(const transfer::part& of, std::span<const transfer::row> rows,
                       transfer::mark then) override;
    result<void> complete(const transfer::store_state& of) override;
    transfer::reader& written() override { return reader_; }
    result<void> publish() override;

private:
    result<void> make(const std::string& source);
    result<void> read_position(const std::string& source);

    std::unique_ptr<connection> db_;
    transfer_reader reader_;
    transfer::mark position_;
};

result<void> migrated_schema::begin(const std::string& source, bool anew) {
    if (auto clear = in_one_transaction(*db_, [&] { return clear_target(*db_); }); !clear) return clear;
    if (anew)
        if (auto gone = db_->run_script(discard_copy, "discard a copy"); !gone) return gone;
    const auto there = db_->run_one(find_copy);
    if (!there) return there.error();
    if (there->at(0).integer(0) == 0)
        if (auto made = make(source); !made) return made;
    if (auto used = db_->run_script(use_copy, "use the copy"); !used) return used;
    return read_position(source);
}

result<void> migrated_schema::make(const std::string& source) {
    if (auto ready = prepare_schema(*db_); !ready) return ready;
    return in_one_transaction(*db_, [&]() -> result<void> {
        // A daemon may have come since the schema was made.
        if (auto held = hold_empty_store(*db_); !held) return held;
        if (auto made = db_->run_script(make_copy, "begin a copy"); !made) return made;
        if (auto kept = db_->run_one(begin_mark, parameters{source}); !kept) return kept.error();
        return {};
    });
}

result<void> migrated_schema::read_position(const std::string& source) {
    const auto found = db_->run_one(read_mark);
    if (!found) return found.error();
    if (found->empty() || found->at(0).text(0) != source)
        return failure{errc::file_unwritable, copy_name + std::string{transfer::other_copy_words}};
    auto after = transfer::decode(found->at(0).bytes(2));
    if (!after) return after.error();
    position_ = {static_cast<std::size_t>(found->at(0).integer(1)), std::move(*after)};
    return {};
}

result<void> migrated_schema::write(const transfer::part& of, std::span<const transfer::row> rows,
                                    transfer::mark then) {
    const auto before = transfer::encode(position_.after);
    const auto after = transfer::encode(then.after);
    const auto sql = insertion_into(of);
    const statement insert{sql.c_str(), "copy the store", false};
    auto done = in_one_transaction(*db_, [&]() -> result<void> {
        const auto moved =
            db_->run_one(move_mark, parameters{static_cast<std::int64_t>(then.part), bytes{after},
                                               static_cast<std::int64_t>(position_.part), bytes{before}});
        if (!moved) return moved.error();
        if (moved->changed() != 1)
            return failure{errc::store_busy, "another migration to this database is at work"};
        if (rows.empty()) return {};
        if (auto kept = db_->run_one(insert, columns_from(of, rows)); !kept) return kept.error();
        return {};
    });
    if (done) position_ = std::move(then);
    return done;
}

result<void> migrated_schema::complete(const transfer::store_state& of) {
    if (auto kept = db_->run_one(keep_totals, parameters{of.last_offset, of.last_delivery}); !kept)
        return kept.error();
    if (auto advanced = db_->run_one(advance_key_ids); !advanced) return advanced.error();
    return db_->run_script(gather_statistics, "look the copy over");
}

result<void> migrated_schema::publish() {
    return in_one_transaction(*db_, [&]() -> result<void> {
        if (auto clear = clear_target(*db_); !clear) return clear;
        return db_->run_script(give_name, "put the copy into its place");
    });
}

} // namespace

result<std::unique_ptr<transfer::writer>> open_transfer_target(const postgres_options& options,
                                                               const std::string& source, bool anew) {
    auto db = connect_to_transfer(options);
    if (!db) return db.error();
    auto target = std::make_unique<migrated_schema>(std::move(*db));
    if (auto begun = target->begin(source, anew); !begun) return begun.error();
    return std::unique_ptr<transfer::writer>{std::move(target)};
}

} // namespace webhookd::store::postgres
