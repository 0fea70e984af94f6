#include "store/sqlite/store.hpp"

#include <webhookd/runtime/log.hpp>

#include "store/sqlite/backlog.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/clock.hpp"
#include "store/sqlite/event_search.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/journal_vfs.hpp"
#include "store/sqlite/leases.hpp"
#include "store/sqlite/outages.hpp"
#include "store/sqlite/probe.hpp"
#include "store/sqlite/purge_reader.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/writer.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <utility>

namespace webhookd::store {
namespace {

namespace fs = std::filesystem;

/// So long a new start of the journal waits for those who read.
constexpr std::chrono::seconds longest_reading{2};

fs::path with_suffix(const fs::path& file, const char* suffix) {
    auto name = file;
    name += suffix;
    return name;
}

class sqlite_store final : public event_store {
public:
    sqlite_store(sqlite_options options, sqlite::parts opened)
        : options_(std::move(options))
        , lock_(std::move(opened.lock))
        , layer_(std::move(opened.layer))
        , watch_(std::move(opened.watch))
        , writer_(std::move(opened.writer))
        , pending_(writer_->pending())
        , last_sequence_(writer_->last_sequence())
        , readers_(options_.file, options_.vfs, options_.readers, [this] { return watch_->check(); })
        , checkpointer_(options_.file, layer_->name(),
                        sqlite::checkpoint_policy::for_journal(options_.journal_bytes),
                        [this] { return watch_->check(); }) {}

    ~sqlite_store() override {
        const bool whole = checkpointer_.stop();
        if (!writer_) return;
        if (whole && watch_->check()) return;
        // The last connection would copy the journal and remove what stands at its path, whose ever it is.
        if (whole) save_journal();
        writer_->database().checkpoint_on_close(false);
        if (watch_->in_place(file::database)) watch_->set_strangers_aside();
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
        auto answer = readers_.with(
            [&](sqlite::reader& r) { return r.deliveries().claim(request, turn, options_.clock->now()); });
        if (answer) turn.add(answer->deliveries, now + request.lease);
        return answer;
    }

    result<std::vector<delivery_id>> extend(std::span<const store::claim> claims,
                                            std::chrono::milliseconds lease) override {
        return leases_.extend(claims, std::chrono::steady_clock::now() + lease);
    }

    void release(std::span<const store::claim> claims) override { leases_.release(claims); }

    result<std::vector<delivery_id>> finish(std::span<const finished_delivery> batch) override {
        sqlite::leases::finish held{leases_, batch};
        const auto done = write([&](sqlite::writer& w) { return w.finish(batch, held.fenced()); });
        if (!done) return done.error();
        held.commit();
        return held.fenced();
    }

    result<std::vector<delivery_id>> plan(std::span<const event_plan> plans) override {
        return write([&](sqlite::writer& w) { return w.plan(plans); });
    }

    result<std::size_t> retry(const delivery_filter& filter, std::size_t limit) override {
        // Nobody may claim meanwhile what then gives way to an earlier one.
        const sqlite::leases::turn turn{leases_, std::chrono::steady_clock::now()};
        const auto runs = [&turn](delivery_id id) { return turn.holds(id); };
        return write([&](sqlite::writer& w) { return w.retry(filter, limit, runs); });
    }

    result<std::size_t> call_back(std::string_view handler, std::chrono::milliseconds most,
                                  std::size_t limit) override {
        return write([&](sqlite::writer& w) { return w.call_back(handler, most, limit); });
    }

    result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason,
                                     std::size_t limit) override {
        return write([&](sqlite::writer& w) { return w.fail_waiting(handler, reason, limit); });
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

    result<remnants> scrub() override {
        const std::lock_guard lock{mutex_};
        if (auto there = check_place(); !there) return there.error();
        if (!writer_) return failure{errc::store_busy, "the database is being opened"};
        if (auto emptied = checkpointer_.empty_journal(writer_->database()); !emptied) return emptied.error();
        // The database's pages were cleaned on their way to the disk; the writer's copies of them were not,
        // and would bring what they hold back into the journal.
        writer_->database().drop_cache();
        return writer_->database().cleans_pages() ? remnants::none : remnants::possible;
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

    result<std::optional<clock_state>> known_clock() override {
        return readers_.with([](sqlite::reader& r) { return sqlite::find_known_clock(r.database()); });
    }

    result<void> keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound) override {
        return write([&](sqlite::writer& w) { return w.keep_clock(state, bound); });
    }

    result<store_statistics> statistics() override {
        auto events = readers_.with([](sqlite::reader& r) { return r.count(); });
        if (!events) return events.error();
        store_statistics s;
        s.events = *events;
        const auto size_of = [](const fs::path& path) -> std::int64_t {
            std::error_code missing;
            const auto size = fs::file_size(path, missing);
            return missing ? 0 : static_cast<std::int64_t>(size);
        };
        s.journal_bytes = size_of(with_suffix(options_.file, "-wal"));
        s.bytes = size_of(options_.file) + s.journal_bytes;
        s.journal_held = checkpointer_.held();
        return s;
    }

    result<void> in_place() override {
        const std::lock_guard lock{mutex_};
        if (auto there = check_place(); !there) return there;
        return lock_.keep();
    }

    result<void> probe() override {
        if (auto there = restore_place(); !there) return there;
        if (auto stuck = checkpointer_.stuck()) return *stuck;
        return sqlite::probe_disk(with_suffix(options_.file, "-probe"), options_.vfs);
    }

private:
    using file = sqlite::file_watch::which;

    template <class Work>
    auto write(Work work) -> decltype(work(std::declval<sqlite::writer&>())) {
        const std::lock_guard lock{mutex_};
        if (auto there = check_place(); !there) return there.error();
        if (!writer_ || !writer_->usable()) {
            auto fresh = sqlite::open_writer(options_, layer_->name());
            if (!fresh) return fresh.error();
            writer_ = std::move(*fresh);
        }
        auto done = work(*writer_);
        pending_ = writer_->pending();
        last_sequence_ = writer_->last_sequence();
        if (done && checkpointer_.committed(writer_->journal_frames()))
            checkpointer_.copy(writer_->database());
        // What was written into a file without a name is not kept.
        if (auto there = check_place(); done && !there) return there.error();
        return done;
    }

    /// What stands in a journal that has lost its place is copied into the database, while the open files
    /// still tell it: where the database is moved away too, into that one. Under `mutex_`.
    void save_journal() {
        if (!writer_ || saved_) return;
        const auto done = checkpointer_.empty_journal(writer_->database());
        saved_ = done.has_value();
        if (!done)
            log::warning("a displaced journal is not copied into the database yet",
                         {{"reason", to_string(done.error())}});
    }

    /// Under `mutex_`.
    result<void> check_place() {
        auto there = watch_->check();
        if (there)
            saved_ = false;
        else
            save_journal();
        return there;
    }

    /// Files that were moved away are waited for. A journal or an index that is gone for good is started
    /// anew, when all of it stands in the database.
    result<void> restore_place() {
        const std::lock_guard lock{mutex_};
        const auto there = check_place();
        if (there) return lock_.keep();
        if (!watch_->in_place(file::database)) return there;
        for (const auto each : {file::journal, file::index})
            if (!watch_->in_place(each) && !watch_->gone_for_good(each)) return there;
        auto reading = readers_.close(longest_reading);
        if (!reading) return reading.error();
        if (writer_) {
            if (auto copied = checkpointer_.empty_journal(writer_->database()); !copied) return copied;
            if (auto closed = checkpointer_.let_go(); !closed) return closed;
            writer_->database().checkpoint_on_close(false);
            writer_.reset();
        }
        watch_->set_strangers_aside();
        auto fresh = sqlite::open_writer(options_, layer_->name());
        if (!fresh) return fresh.error();
        writer_ = std::move(*fresh);
        if (auto begun = watch_->begin(); !begun) return begun;
        log::warning(
            "the journal's files were removed under the daemon; nothing is lost, they were made anew");
        return {};
    }

    // In the order of opening; closed the other way round, so that the writer is the last connection, which
    // copies the journal into the database and removes it.
    const sqlite_options options_;
    sqlite::lock_file lock_;
    const std::unique_ptr<sqlite::journal_vfs> layer_;
    const std::unique_ptr<sqlite::file_watch> watch_;
    std::mutex mutex_;
    bool saved_ = false; ///< of a journal that has lost its place, all stands in the database
    std::unique_ptr<sqlite::writer> writer_;
    std::atomic<std::int64_t> pending_;
    std::atomic<sequence> last_sequence_;
    sqlite::leases leases_;
    sqlite::reader_pool readers_;
    sqlite::checkpointer checkpointer_;
};

} // namespace

std::unique_ptr<event_store> sqlite::make_store(sqlite_options options, parts opened) {
    return std::make_unique<sqlite_store>(std::move(options), std::move(opened));
}

} // namespace webhookd::store
