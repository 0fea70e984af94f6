#include "store/sqlite/backfill.hpp"
#include "store/sqlite/dictionary.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/journal_vfs.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/transfer_reader.hpp"

#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace webhookd::store::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr int target_cache_kib = 128'000;

/// It stands beside its place until it is whole. One row: of which source it is a copy, and how far it is.
constexpr const char* make_mark =
    "CREATE TABLE migration (id INTEGER PRIMARY KEY CHECK (id = 1), source TEXT NOT NULL, "
    "part INTEGER NOT NULL, last_key BLOB NOT NULL) STRICT";

// What may be there of an earlier call is counted again.
constexpr const char* count_anew =
    "DELETE FROM event_counts; DELETE FROM failed_deliveries; DELETE FROM failures; "
    "INSERT OR REPLACE INTO backfill (id, event, delivery) VALUES (1, 0, 0)";

std::string insertion_into(const transfer::part& of) {
    const std::string_view table{transfer_table(of)};
    const bool one_row = table == "clock" || table == "life";
    std::string columns = one_row ? "id" : "";
    std::string values = one_row ? "1" : "";
    for (const auto& each : of.columns) {
        columns += (columns.empty() ? "" : ", ") + std::string{each.name};
        values += values.empty() ? "?" : ", ?";
    }
    return "INSERT INTO " + std::string{table} + " (" + columns + ") VALUES (" + values + ')';
}

class migrated_database final : public transfer::writer {
public:
    migrated_database(fs::path file, fs::path working_file, lock_file lock,
                      std::unique_ptr<journal_vfs> layer, connection db)
        : file_(std::move(file))
        , working_file_(std::move(working_file))
        , lock_(std::move(lock))
        , layer_(std::move(layer))
        , db_(std::move(db))
        , reader_(*db_) {}

    /// Goes on with what an earlier call has made, or begins.
    result<void> begin(const std::string& source);

    const transfer::mark& position() const noexcept override { return position_; }
    result<void> write(const transfer::part& of, std::span<const transfer::row> rows,
                       transfer::mark then) override;
    result<void> complete(const transfer::store_state& of) override;
    transfer::reader& written() override { return reader_; }
    result<void> publish() override;

private:
    using bound = std::variant<std::monostate, std::int64_t, std::string_view, blob>;

    result<void> begin_mark(const std::string& source);
    result<void> read_mark(const std::string& source);
    result<void> prepare_for(const transfer::part& of);
    result<void> insert(const transfer::part& of, const transfer::row& row);
    result<std::int64_t> number_of_name(const char* table, std::string_view name);

    fs::path file_;
    fs::path working_file_;
    lock_file lock_;
    std::unique_ptr<journal_vfs> layer_;
    std::optional<connection> db_; ///< gone once it is published
    transfer_reader reader_;
    transfer::mark position_;
    const transfer::part* prepared_for_ = nullptr;
    statement insert_;
    statement move_mark_;
    std::map<std::string_view, dictionary> names_;
    std::vector<bound> values_;
};

result<void> migrated_database::begin(const std::string& source) {
    if (auto ready = prepare_schema(*db_); !ready) return ready;
    // One file alone, which its daemon takes back to a journal. What is purged later must leave no copy.
    auto mode = db_->text("PRAGMA journal_mode=DELETE", "prepare the copy");
    if (!mode) return mode.error();
    if (*mode != "delete") return failure{errc::store_busy, "somebody reads the copy that is being made"};
    if (auto done = db_->execute("PRAGMA secure_delete=ON", "prepare the copy"); !done) return done;
    const auto marked =
        db_->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'migration'", "look at the copy");
    if (!marked) return marked.error();
    const auto whole =
        db_->integer("SELECT last_seq + last_delivery FROM totals WHERE id = 1", "look at the copy");
    if (!whole) return whole.error();
    if (*marked == 0 && *whole != 0) {
        // It was whole, and only had to take its place. It is compared with its source again.
        position_.part = transfer::all_parts().size();
        return {};
    }
    if (*marked == 0)
        if (auto begun = begin_mark(source); !begun) return begun;
    return read_mark(source);
}

result<void> migrated_database::begin_mark(const std::string& source) {
    auto step = transaction::begin(*db_);
    if (!step) return step.error();
    if (auto made = db_->execute(make_mark, "prepare the copy"); !made) return made;
    auto first = db_->prepare("INSERT INTO migration (id, source, part, last_key) VALUES (1, ?, 0, x'')",
                              "prepare the copy");
    if (!first) return first.error();
    if (auto kept = first->bind(std::string_view{source}).run(); !kept) return kept;
    return step->commit();
}

result<void> migrated_database::read_mark(const std::string& source) {
    auto select =
        db_->prepare("SELECT source, part, last_key FROM migration WHERE id = 1", "look at the copy");
    if (!select) return select.error();
    const statement_reset guard{*select};
    const auto row = select->step();
    if (!row) return row.error();
    if (!*row || select->text(0) != source)
        return failure{errc::file_unwritable,
                       working_file_.string() + std::string{transfer::other_copy_words}};
    auto after = transfer::decode(select->bytes(2));
    if (!after) return after.error();
    position_ = {static_cast<std::size_t>(select->integer(1)), std::move(*after)};
    auto move =
        db_->prepare("UPDATE migration SET part = ?, last_key = ? WHERE id = 1", "keep how far the copy is");
    if (!move) return move.error();
    move_mark_ = std::move(*move);
    return {};
}

result<void> migrated_database::write(const transfer::part& of, std::span<const transfer::row> rows,
                                      transfer::mark then) {
    if (auto ready = prepare_for(of); !ready) return ready;
    auto step = transaction::begin(*db_);
    if (!step) return step.error();
    for (const auto& each : rows)
        if (auto done = insert(of, each); !done) return done;
    const auto key = transfer::encode(then.after);
    if (auto done = move_mark_.bind(static_cast<std::int64_t>(then.part), blob{key}).run(); !done)
        return done;
    if (auto done = step->commit(); !done) return done;
    position_ = std::move(then);
    return {};
}

result<void> migrated_database::prepare_for(const transfer::part& of) {
    if (prepared_for_ == &of) return {};
    auto prepared = db_->prepare(insertion_into(of).c_str(), "copy the store");
    if (!prepared) return prepared.error();
    insert_ = std::move(*prepared);
    prepared_for_ = &of;
    return {};
}

result<void> migrated_database::insert(const transfer::part& of, const transfer::row& row) {
    values_.clear();
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto& column = of.columns[i];
        const auto* text = std::get_if<std::string>(&row[i]);
        const auto* number = std::get_if<std::int64_t>(&row[i]);
        if (number != nullptr) {
            values_.emplace_back(*number);
        } else if (text == nullptr) {
            values_.emplace_back(std::monostate{});
        } else if (column.names != nullptr) {
            auto named = number_of_name(column.names, *text);
            if (!named) return named.error();
            values_.emplace_back(*named);
        } else if (column.type == transfer::column_type::bytes) {
            values_.emplace_back(blob{*text});
        } else {
            values_.emplace_back(std::string_view{*text});
        }
    }
    return insert_.bind_each(values_).run();
}

result<std::int64_t> migrated_database::number_of_name(const char* table, std::string_view name) {
    auto known = names_.find(table);
    if (known == names_.end()) {
        auto opened = dictionary::open(*db_, table);
        if (!opened) return opened.error();
        known = names_.emplace(table, std::move(*opened)).first;
    }
    auto found = known->second.find(name);
    if (!found) return found.error();
    if (*found) return **found;
    return known->second.add(*db_, name);
}

result<void> migrated_database::complete(const transfer::store_state& of) {
    auto step = transaction::begin(*db_);
    if (!step) return step.error();
    auto totals = db_->prepare("UPDATE totals SET last_seq = ?, last_delivery = ?, "
                               "events = (SELECT count(*) FROM events) WHERE id = 1",
                               "count the copy");
    if (!totals) return totals.error();
    if (auto done = totals->bind(of.last_offset, of.last_delivery).run(); !done) return done;
    if (auto done = db_->execute(count_anew, "count the copy"); !done) return done;
    if (auto done = step->commit(); !done) return done;
    return count_kept(*db_);
}

result<void> migrated_database::publish() {
    std::error_code error;
    if (fs::exists(file_, error)) return failure{errc::file_unwritable, std::string{transfer::taken_words}};
    if (auto done = db_->execute("DROP TABLE IF EXISTS migration", "finish the copy"); !done) return done;
    insert_ = {};
    move_mark_ = {};
    names_.clear();
    db_.reset();
    fs::rename(working_file_, file_, error);
    if (error) return failure{errc::file_unwritable, "cannot rename the copy: " + error.message()};
    return sync_directory(file_.parent_path());
}

/// What is there of an earlier call.
result<void> discard_copy(const fs::path& working_file) {
    std::error_code error;
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        fs::remove(working_file.string() + suffix, error);
        if (error)
            return failure{errc::file_unwritable, "cannot remove the earlier copy: " + error.message()};
    }
    return {};
}

} // namespace

result<std::unique_ptr<transfer::writer>> open_transfer_target(const std::filesystem::path& file,
                                                               const std::string& source, bool anew) {
    std::error_code error;
    const auto final_file = fs::weakly_canonical(fs::absolute(file, error), error);
    if (error || !final_file.has_filename())
        return failure{errc::file_unwritable, "the path cannot be resolved"};
    if (auto made = prepare_directory(final_file.parent_path()); !made) return made.error();
    auto lock = lock_file::acquire(final_file.string() + ".lock");
    if (!lock) return lock.error();
    if (fs::exists(final_file, error))
        return failure{errc::file_unwritable, std::string{transfer::taken_words}};
    if (auto fine = refuse_foreign_journal(final_file); !fine) return fine.error();
    const fs::path working_file{final_file.string() + ".migration"};
    if (anew)
        if (auto gone = discard_copy(working_file); !gone) return gone.error();
    if (auto made = prepare_file(working_file); !made) return made.error();
    // The daemon's own layer: it leaves no copies of rows in what pages do not use.
    auto layer = journal_vfs::create({});
    if (!layer) return layer.error();
    auto db =
        connection::open(working_file, (*layer)->name(), connection::access::read_write, target_cache_kib);
    if (!db) return db.error();
    auto target = std::make_unique<migrated_database>(final_file, working_file, std::move(*lock),
                                                      std::move(*layer), std::move(*db));
    if (auto begun = target->begin(source); !begun) return begun.error();
    return std::unique_ptr<transfer::writer>{std::move(target)};
}

} // namespace webhookd::store::sqlite
