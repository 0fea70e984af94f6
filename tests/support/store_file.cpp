#include "support/store_file.hpp"

#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace webhookd::test {

namespace {

class database_file {
public:
    explicit database_file(const std::filesystem::path& file) {
        // Reading a write-ahead log may have to replay it first, so the file is opened for writing.
        if (::sqlite3_open_v2(file.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
            const std::string why = db_ ? ::sqlite3_errmsg(db_) : "out of memory";
            ::sqlite3_close(db_);
            throw std::runtime_error(file.string() + ": " + why);
        }
        ::sqlite3_busy_timeout(db_, 5000);
    }
    ~database_file() { ::sqlite3_close(db_); }
    database_file(const database_file&) = delete;
    database_file& operator=(const database_file&) = delete;

    template <class Row>
    void each(const char* sql, std::int64_t argument, Row row) {
        sqlite3_stmt* raw = nullptr;
        if (::sqlite3_prepare_v2(db_, sql, -1, &raw, nullptr) != SQLITE_OK) fail();
        const std::unique_ptr<sqlite3_stmt, decltype(&::sqlite3_finalize)> statement(raw,
                                                                                     &::sqlite3_finalize);
        ::sqlite3_bind_int64(raw, 1, argument); // SQLITE_RANGE where the query has no parameter: no harm
        int step;
        while ((step = ::sqlite3_step(raw)) == SQLITE_ROW)
            row(raw);
        if (step != SQLITE_DONE) fail();
    }

private:
    [[noreturn]] void fail() { throw std::runtime_error(std::string("store: ") + ::sqlite3_errmsg(db_)); }

    sqlite3* db_ = nullptr;
};

std::string text(sqlite3_stmt* row, int column) {
    const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(row, column));
    const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(row, column));
    return bytes ? std::string(bytes, size) : std::string();
}

} // namespace

std::uint64_t count_events(const std::filesystem::path& database) {
    std::uint64_t count = 0;
    database_file(database).each("SELECT count(*) FROM events", 0, [&](sqlite3_stmt* row) {
        count = static_cast<std::uint64_t>(::sqlite3_column_int64(row, 0));
    });
    return count;
}

std::vector<kept_event> read_events(const std::filesystem::path& database, std::int64_t after) {
    std::vector<kept_event> events;
    database_file(database).each(
        "SELECT e.seq, e.event_id, p.body FROM events e LEFT JOIN payloads p ON p.seq = e.seq WHERE e.seq > "
        "?1 ORDER BY e.seq",
        after, [&](sqlite3_stmt* row) {
            events.push_back({::sqlite3_column_int64(row, 0), text(row, 1), text(row, 2)});
        });
    return events;
}

kept_deliveries summarize_deliveries(const std::filesystem::path& database) {
    kept_deliveries found;
    database_file file(database);
    const auto count = [](sqlite3_stmt* row, int column) {
        return static_cast<std::uint64_t>(::sqlite3_column_int64(row, column));
    };
    file.each("SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1), "
              "count(*) FILTER (WHERE state = 2) FROM deliveries",
              0, [&](sqlite3_stmt* row) {
                  found.pending = count(row, 0);
                  found.successful = count(row, 1);
                  found.failed = count(row, 2);
              });
    file.each("SELECT count(*), min(started) FROM attempts", 0, [&](sqlite3_stmt* row) {
        found.attempts = count(row, 0);
        found.first_started = timestamp{std::chrono::microseconds{::sqlite3_column_int64(row, 1)}};
    });
    return found;
}

std::vector<kept_delivery> read_deliveries(const std::filesystem::path& database) {
    std::vector<kept_delivery> deliveries;
    database_file(database).each(
        "SELECT d.event, h.name, d.state FROM deliveries d JOIN handlers h ON h.id = d.handler ORDER BY d.id",
        0, [&](sqlite3_stmt* row) {
            deliveries.push_back(
                {::sqlite3_column_int64(row, 0), text(row, 1), ::sqlite3_column_int(row, 2)});
        });
    return deliveries;
}

void age_events(const std::filesystem::path& database, std::chrono::seconds by) {
    database_file(database).each("UPDATE events SET received = received - ?1",
                                 std::chrono::microseconds(by).count(), [](sqlite3_stmt*) {});
}

void copy_store(const std::filesystem::path& database, const std::filesystem::path& to) {
    for (const char* suffix : {"", "-wal", "-journal", "-shm"}) {
        const std::filesystem::path source = database.string() + suffix, target = to.string() + suffix;
        std::filesystem::remove(target);
        // The shared-memory index is no part of the data and is made again.
        if (std::string_view(suffix) != "-shm" && std::filesystem::exists(source)) {
            std::filesystem::copy_file(source, target);
        }
    }
}

} // namespace webhookd::test
