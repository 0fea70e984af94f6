#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/backlog.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/event_search.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/journal_vfs.hpp"
#include "store/sqlite/leases.hpp"
#include "store/sqlite/outages.hpp"
#include "store/sqlite/probe.hpp"
#include "store/sqlite/purge_reader.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/writer.hpp"

#include <atomic>
#include <mutex>
#include <system_error>
#include <utility>

namespace webhookd::store {
namespace {

namespace fs = std::filesystem;

constexpr int writer_cache_kib = 8000;

fs::path with_suffix(const fs::path& file, const char* suffix) {
    auto name = file;
    name += suffix;
    return name;
}

class sqlite_store final : public event_store {
public:
    sqlite_store(sqlite_options options, sqlite::lock_file lock, std::unique_ptr<sqlite::journal_vfs> layer,
                 std::unique_ptr<sqlite::writer> writer)
        : options_(std::move(options))
        , lock_(std::move(lock))
        , layer_(std::move(layer))
        , writer_(std::move(writer))
        , pending_(writer_->pending())
        , last_sequence_(writer_->last_sequence())
        , readers_(options_.file, options_.vfs, options_.readers)
        , checkpointer_(options_.file, options_.vfs,
                        sqlite::checkpoint_policy::for_journal(options_.journal_bytes)) {}

    ~sqlite_store() override {
        if (!checkpointer_.stop()) writer_->database().checkpoint_on_close(false);
    }
    sqlite_store(const sqlite_store&) = delete;
    sqlite_store& operator=(const sqlite_store&) = delete;

    result<std::vector<append_outcome>> append(std::span<const new_event> batch) override {
        if (batch.empty()) return std::vector<append_outcome>{};
        return write([&](sqlite::writer& w) { return w.append(batch); });
    }

    result<std::string> verification_key(sequence seq) override {
        return readers_.with([&](sqlite::reader& r) { return r.verification_key(seq); });
    }

    sequence last_sequence() const noexcept override { return last_sequence_; }

    result<std::int64_t> count(const event_filter& filter) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::count_events(r.database(), filter); });
    }

    result<std::vector<stored_event>> search(const event_search& wanted) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::search_events(r.database(), wanted); });
    }
    result<std::vector<type_count>> event_types() override {
        return readers_.with([](sqlite::reader& r) { return sqlite::list_event_types(r.database()); });
    }
    result<event::consumption> consumed(const consumption_window& window) override {
        return readers_.with(
            [&](sqlite::reader& r) { return sqlite::sum_consumption(r.database(), window); });
    }

    result<claim_answer> claim(const claim_request& request) override {
        const auto now = std::chrono::steady_clock::now();
        sqlite::leases::turn turn{leases_, now};
        auto answer = readers_.with([&](sqlite::reader& r) { return r.deliveries().claim(request, turn); });
        if (answer) turn.add(answer->deliveries, now + request.lease);
        return answer;
    }

    void release(std::span<const delivery_id> claims) override {
        for (const auto id : claims)
            leases_.end(id);
    }

    result<void> finish(std::span<const finished_delivery> batch) override {
        auto done = write([&](sqlite::writer& w) { return w.finish(batch); });
        if (!done) return done;
        for (const auto& each : batch)
            leases_.end(each.id);
        return done;
    }

    result<std::vector<delivery_id>> plan(std::span<const event_plan> plans, timestamp now) override {
        return write([&](sqlite::writer& w) { return w.plan(plans, now); });
    }

    result<std::size_t> retry(const delivery_filter& filter, timestamp now, std::size_t limit) override {
        // Nobody may claim meanwhile what then gives way to an earlier one.
        const sqlite::leases::turn turn{leases_, std::chrono::steady_clock::now()};
        const auto runs = [&turn](delivery_id id) { return turn.holds(id); };
        return write([&](sqlite::writer& w) { return w.retry(filter, now, limit, runs); });
    }

    result<std::size_t> call_back(std::string_view handler, timestamp now, std::chrono::milliseconds most,
                                  std::size_t limit) override {
        return write([&](sqlite::writer& w) { return w.call_back(handler, now, most, limit); });
    }

    result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason, timestamp now,
                                     std::size_t limit) override {
        return write([&](sqlite::writer& w) { return w.fail_waiting(handler, reason, now, limit); });
    }

    result<std::vector<delivery_record>>
    deliveries(const delivery_filter& filter, std::optional<delivery_id> before, std::size_t limit) override {
        return readers_.with([&](sqlite::reader& r) { return r.list(filter, before, limit); });
    }

    result<std::vector<attempt>> attempts(delivery_id id) override {
        return readers_.with([&](sqlite::reader& r) { return r.deliveries().attempts(id); });
    }

    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        return readers_.with([](sqlite::reader& r) { return r.deliveries().waiting_by_handler(); });
    }

    result<store::backlog> backlog() override {
        return readers_.with([](sqlite::reader& r) { return sqlite::read_backlog(r.database()); });
    }

    std::int64_t pending() const noexcept override { return pending_; }

    result<std::vector<stored_event>> read_after(sequence seq, std::size_t limit, std::size_t max_bytes,
                                                 extent of) override {
        return readers_.with([&](sqlite::reader& r) { return r.read_after(seq, limit, max_bytes, of); });
    }

    result<stored_event> find(std::string_view endpoint, std::string_view event_id) override {
        return readers_.with([&](sqlite::reader& r) { return r.find(endpoint, event_id); });
    }

    result<purge_candidates> purgeable(const purge_search& wanted) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::find_purgeable(r.database(), wanted); });
    }

    result<purge_outcome> purge(std::span<const sequence> events, purge_scope scope,
                                std::size_t max_bytes) override {
        if (events.empty()) return purge_outcome{};
        return write([&](sqlite::writer& w) { return w.purge(events, scope, max_bytes); });
    }

    result<erase_outcome> erase(std::span<const sequence> events, const erasure& tombstone,
                                std::string_view reason, std::size_t max_bytes) override {
        if (events.empty()) return erase_outcome{};
        return write([&](sqlite::writer& w) { return w.erase(events, tombstone, reason, max_bytes); });
    }

    result<void> scrub() override {
        const std::lock_guard lock{mutex_};
        return checkpointer_.empty_journal(writer_->database());
    }

    result<std::optional<erasure>> erasure_of(sequence seq) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::find_erasure(r.database(), seq); });
    }

    result<holdings> holdings_of(std::span<const sequence> events) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::weigh(r.database(), events); });
    }

    result<void> record_life(const life_sign& sign) override {
        return write([&](sqlite::writer& w) { return w.record_life(sign); });
    }

    result<std::vector<outage>> outages(const outage_search& wanted) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::find_outages(r.database(), wanted); });
    }

    result<store_statistics> statistics() override {
        auto events = readers_.with([](sqlite::reader& r) { return r.count(); });
        if (!events) return events.error();
        store_statistics s;
        s.events = *events;
        for (const char* suffix : {"", "-wal"}) {
            std::error_code missing;
            const auto size = fs::file_size(with_suffix(options_.file, suffix), missing);
            if (!missing) s.bytes += static_cast<std::int64_t>(size);
        }
        return s;
    }

    result<void> probe() override {
        if (auto stuck = checkpointer_.stuck()) return *stuck;
        return sqlite::probe_disk(with_suffix(options_.file, "-probe"), options_.vfs);
    }

private:
    template <class Work>
    auto write(Work work) -> decltype(work(std::declval<sqlite::writer&>())) {
        const std::lock_guard lock{mutex_};
        if (!writer_->usable()) {
            auto fresh = open_writer();
            if (!fresh) return fresh.error();
            writer_ = std::move(*fresh);
        }
        auto done = work(*writer_);
        pending_ = writer_->pending();
        last_sequence_ = writer_->last_sequence();
        if (done && checkpointer_.committed(writer_->journal_frames()))
            checkpointer_.copy(writer_->database());
        return done;
    }

    result<std::unique_ptr<sqlite::writer>> open_writer() const {
        auto db = sqlite::connection::open(options_.file, layer_->name(),
                                           sqlite::connection::access::read_write, writer_cache_kib);
        if (!db) return db.error();
        return sqlite::writer::open(std::move(*db));
    }

    // In the order of opening; closed the other way round, so that the writer is the last connection, which
    // copies the journal into the database and removes it.
    const sqlite_options options_;
    const sqlite::lock_file lock_;
    const std::unique_ptr<sqlite::journal_vfs> layer_;
    std::mutex mutex_;
    std::unique_ptr<sqlite::writer> writer_;
    std::atomic<std::int64_t> pending_;
    std::atomic<sequence> last_sequence_;
    sqlite::leases leases_;
    sqlite::reader_pool readers_;
    sqlite::checkpointer checkpointer_;
};

result<sqlite::connection> open_checked(const fs::path& file, const std::string& vfs) {
    auto db = sqlite::connection::open(file, vfs, sqlite::connection::access::read_write, writer_cache_kib);
    if (!db) return db.error();
    if (auto ready = sqlite::prepare_schema(*db); !ready) return ready.error();
    if (auto fine = sqlite::check_integrity(*db); !fine) return fine.error();
    return std::move(*db);
}

/// Once, before the library is first used. Without it every allocation of every connection passes through one
/// lock, to count bytes that nobody asks for.
void configure_library() {
    static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(configured); // too late where somebody else has begun: slower, not wrong
}

} // namespace

result<std::unique_ptr<event_store>> open_sqlite_store(const sqlite_options& options) {
    configure_library();
    auto resolved = options;
    std::error_code error;
    resolved.file = fs::weakly_canonical(fs::absolute(options.file, error), error);
    if (error || !resolved.file.has_filename()) {
        return failure{errc::file_unwritable,
                       "cannot resolve " + options.file.string() + ": " + error.message()};
    }
    if (auto made = sqlite::prepare_directory(resolved.file.parent_path()); !made) return made.error();
    // The lock comes before the file is touched at all.
    auto lock = sqlite::lock_file::acquire(with_suffix(resolved.file, ".lock"));
    if (!lock) return lock.error();
    if (auto made = sqlite::prepare_file(resolved.file); !made) return made.error();

    auto located = [&](failure f) {
        f.detail = resolved.file.string() + ": " + f.detail;
        return f;
    };
    auto layer = sqlite::journal_vfs::create(resolved.vfs);
    if (!layer) return layer.error();
    auto db = open_checked(resolved.file, (*layer)->name());
    if (!db) return located(db.error());
    auto writer = sqlite::writer::open(std::move(*db));
    if (!writer) return located(writer.error());
    // The journal's name must outlive a power loss as well as what stands in it.
    if (auto synced = sqlite::sync_directory(resolved.file.parent_path()); !synced) return synced.error();
    return std::unique_ptr<event_store>{std::make_unique<sqlite_store>(
        std::move(resolved), std::move(*lock), std::move(*layer), std::move(*writer))};
}

} // namespace webhookd::store
