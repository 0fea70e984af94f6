#include "store/sqlite/reader.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace webhookd::store::sqlite {
namespace {

constexpr int cache_kib = 2000;

/// The columns of every selection, in the order in which `read_row` takes them.
constexpr std::string_view envelope_columns =
    "SELECT e.seq, n.name, e.event_id, t.name, e.created, e.received, e.user_id, e.trace_id, e.api_key, "
    "e.object_type, e.object_id, e.transaction_id, e.state, e.stalled_reason, e.source";
constexpr std::string_view payload_columns = ", k.kid, p.signature, p.body";
constexpr std::string_view envelope_tables =
    " FROM events e JOIN endpoints n ON n.id = e.endpoint JOIN event_types t ON t.id = e.type";
constexpr std::string_view payload_tables =
    " LEFT JOIN payloads p ON p.seq = e.seq LEFT JOIN keys k ON k.id = p.key";
constexpr std::string_view after = " WHERE e.seq > ? ORDER BY e.seq LIMIT ?";
constexpr int body_column = 17;

std::string select(extent of, std::string_view condition) {
    std::string sql{envelope_columns};
    if (of == extent::everything) sql += payload_columns;
    sql += envelope_tables;
    if (of == extent::everything) sql += payload_tables;
    return sql += condition;
}

timestamp instant(std::int64_t microseconds) {
    return timestamp{std::chrono::microseconds{microseconds}};
}

stored_event read_row(const statement& row, extent of) {
    stored_event e;
    e.seq = row.integer(0);
    e.endpoint = row.text(1);
    e.envelope.id = row.text(2);
    e.envelope.type = row.text(3);
    if (!row.is_null(4)) e.envelope.created = instant(row.integer(4));
    e.received = instant(row.integer(5));
    e.envelope.user_id = row.text(6);
    e.envelope.trace_id = row.text(7);
    e.envelope.api_key = row.text(8);
    e.envelope.object_type = row.text(9);
    e.envelope.object_id = row.text(10);
    e.envelope.transaction_id = row.text(11);
    e.envelope.state = row.text(12);
    e.envelope.stalled_reason = row.text(13);
    e.source = row.text(14);
    if (of == extent::envelope) return e;
    e.key_id = row.text(15);
    e.signature = row.text(16);
    e.body = row.bytes(body_column);
    return e;
}

} // namespace

result<std::unique_ptr<reader>> reader::open(const std::filesystem::path& file, const std::string& vfs) {
    auto db = connection::open(file, vfs, connection::access::read_only, cache_kib);
    if (!db) return db.error();
    std::unique_ptr<reader> opened{new reader{std::move(*db)}};
    const auto put = [&](statement& into, const std::string& sql, const char* what) -> result<void> {
        auto prepared = opened->db_.prepare(sql.c_str(), what);
        if (!prepared) return prepared.error();
        into = std::move(*prepared);
        return {};
    };
    if (auto done = put(opened->select_after_, select(extent::everything, after), "read events"); !done) {
        return done.error();
    }
    if (auto done = put(opened->select_envelopes_after_, select(extent::envelope, after), "read envelopes");
        !done) {
        return done.error();
    }
    if (auto done = put(opened->select_one_,
                        select(extent::everything, " WHERE n.name = ? AND e.event_id = ?"), "read an event");
        !done) {
        return done.error();
    }
    if (auto done = put(opened->select_cursor_, "SELECT seq FROM cursors WHERE name = ?", "read a cursor");
        !done) {
        return done.error();
    }
    if (auto done = put(opened->select_count_, "SELECT events FROM totals WHERE id = 1", "count events");
        !done) {
        return done.error();
    }
    return opened;
}

result<std::vector<stored_event>> reader::read_after(sequence seq, std::size_t limit, std::size_t max_bytes,
                                                     extent of) {
    std::vector<stored_event> events;
    const auto most = std::min<std::uint64_t>(limit, std::numeric_limits<std::int64_t>::max());
    auto& rows = of == extent::everything ? select_after_ : select_envelopes_after_;
    const reading guard{rows};
    rows.bind(seq, static_cast<std::int64_t>(most));
    for (std::size_t bytes = 0;;) {
        auto row = rows.step();
        if (!row) return row.error();
        if (!*row) return events;
        const auto size = of == extent::everything ? rows.bytes(body_column).size() : 0;
        if (!events.empty() && (bytes > max_bytes || size > max_bytes - bytes)) return events;
        bytes += size;
        events.push_back(read_row(rows, of));
    }
}

result<stored_event> reader::find(std::string_view endpoint, std::string_view event_id) {
    const reading guard{select_one_};
    auto row = select_one_.bind(endpoint, event_id).step();
    if (!row) return row.error();
    if (!*row) return failure{errc::store_not_found, "no such event"};
    return read_row(select_one_, extent::everything);
}

result<sequence> reader::cursor(std::string_view name) {
    const reading guard{select_cursor_};
    auto row = select_cursor_.bind(name).step();
    if (!row) return row.error();
    return *row ? select_cursor_.integer(0) : 0;
}

result<std::int64_t> reader::count() {
    const reading guard{select_count_};
    auto row = select_count_.step();
    if (!row) return row.error();
    return *row ? select_count_.integer(0) : 0;
}

reader_pool::reader_pool(std::filesystem::path file, std::string vfs, std::size_t size)
    : file_(std::move(file))
    , vfs_(std::move(vfs))
    , idle_(std::max<std::size_t>(size, 1)) {}

// The place used last is taken first, so that a quiet store keeps one connection's cache warm.
std::unique_ptr<reader> reader_pool::take() {
    std::unique_lock lock{mutex_};
    returned_.wait(lock, [this] { return !idle_.empty(); });
    auto taken = std::move(idle_.back());
    idle_.pop_back();
    return taken;
}

void reader_pool::give_back(std::unique_ptr<reader> returned) {
    {
        const std::lock_guard lock{mutex_};
        idle_.push_back(std::move(returned)); // never allocates: the room was there from the start
    }
    returned_.notify_one();
}

} // namespace webhookd::store::sqlite
