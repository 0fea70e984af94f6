#include "store/sqlite/reader.hpp"

#include "store/event_row.hpp"
#include "store/sqlite/event_columns.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace webhookd::store::sqlite {
namespace {

constexpr int reader_cache_kib = 2000;

constexpr const char* after = " WHERE e.seq > ? ORDER BY e.seq LIMIT ?";

std::string select(projection of, const char* condition) {
    return "SELECT " + event_columns(of) + " FROM events e" + event_joins(of) + condition;
}

} // namespace

result<std::unique_ptr<reader>> reader::open(const std::filesystem::path& file, const std::string& vfs) {
    auto db = connection::open(file, vfs, connection::access::read_only, reader_cache_kib);
    if (!db) return db.error();
    std::unique_ptr<reader> opened{new reader{std::move(*db)}};
    if (auto done = opened->db_.prepare_all(
            {{opened->select_after_, select(projection::full, after), "read events"},
             {opened->select_envelopes_after_, select(projection::envelope_only, after), "read envelopes"},
             {opened->select_one_, select(projection::full, " WHERE n.name = ? AND e.event_id = ?"),
              "read an event"},
             {opened->select_key_,
              "SELECT k.jwk, o.source, o.fetched FROM events e LEFT JOIN payloads p ON p.seq = e.seq "
              "LEFT JOIN keys k ON k.id = p.key LEFT JOIN key_origins o ON o.key = k.id "
              "AND o.endpoint = e.endpoint AND o.fetched <= e.received WHERE e.seq = ?",
              "read a key"},
             {opened->select_count_, "SELECT events FROM totals WHERE id = 1", "count events"}});
        !done) {
        return done.error();
    }
    auto deliveries = delivery_reader::open(opened->db_);
    if (!deliveries) return deliveries.error();
    opened->deliveries_ = std::move(*deliveries);
    return opened;
}

result<std::vector<stored_event>> reader::read_after(event_offset offset, std::size_t limit,
                                                     std::size_t max_bytes, projection of) {
    std::vector<stored_event> events;
    const auto most = std::min<std::uint64_t>(limit, std::numeric_limits<std::int64_t>::max());
    auto& rows = of == projection::full ? select_after_ : select_envelopes_after_;
    const statement_reset guard{rows};
    rows.bind(offset, static_cast<std::int64_t>(most));
    for (std::size_t bytes = 0;;) {
        auto row = rows.step();
        if (!row) return row.error();
        if (!*row) return events;
        const auto size = body_size(rows, of);
        if (!events.empty() && (bytes > max_bytes || size > max_bytes - bytes)) return events;
        bytes += size;
        events.push_back(read_event(rows, of));
    }
}

result<stored_event> reader::find(std::string_view endpoint, std::string_view event_id) {
    const statement_reset guard{select_one_};
    auto row = select_one_.bind(endpoint, event_id).step();
    if (!row) return row.error();
    if (!*row) return failure{errc::store_not_found, "no such event"};
    return read_event(select_one_, projection::full);
}

result<kept_key> reader::verification_key(event_offset offset) {
    const statement_reset guard{select_key_};
    auto row = select_key_.bind(offset).step();
    if (!row) return row.error();
    if (!*row) return failure{errc::store_not_found, "no such event"};
    return read_kept_key(select_key_);
}

result<std::int64_t> reader::count() {
    const statement_reset guard{select_count_};
    auto row = select_count_.step();
    if (!row) return row.error();
    return *row ? select_count_.integer(0) : 0;
}

reader_pool::reader_pool(std::filesystem::path file, std::string vfs, std::size_t size,
                         std::function<result<void>()> may_open)
    : file_(std::move(file))
    , vfs_(std::move(vfs))
    , size_(std::max<std::size_t>(size, 1))
    , may_open_(std::move(may_open))
    , idle_(size_) {}

result<reader_pool::closed> reader_pool::close(std::chrono::milliseconds bound) {
    const auto until = std::chrono::steady_clock::now() + bound;
    closed all{*this};
    std::unique_lock lock{mutex_};
    while (all.held_ < size_) {
        if (!returned_.wait_until(lock, until, [this] { return !idle_.empty(); })) {
            lock.unlock(); // `all` gives back what it has
            return failure{errc::store_busy, "somebody reads the database"};
        }
        idle_.pop_back(); // closes its connection
        ++all.held_;
    }
    return all;
}

// The slot used last is taken first, so that a quiet store keeps one connection's cache warm.
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
        idle_.push_back(std::move(returned)); // never allocates: the capacity was reserved at the start
    }
    returned_.notify_one();
}

} // namespace webhookd::store::sqlite
