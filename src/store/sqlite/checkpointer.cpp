#include "store/sqlite/checkpointer.hpp"

#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace webhookd::store::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr int cache_kib = 64; // copying does not go through the page cache
constexpr auto pause_after_failure = 1s;
constexpr auto poll_interval = 2s; ///< at a journal that nobody writes to
constexpr std::int64_t frame_bytes = 4096 + 24;

} // namespace

checkpoint_policy checkpoint_policy::for_journal(std::int64_t bytes) noexcept {
    const auto frames = std::max<std::int64_t>(bytes / frame_bytes, 32);
    // Small copies, often: each ends with a sync that shares the disk with the commits' own.
    return {.finish = frames,
            .start = frames / 32,
            .rest = frames / 16,
            .retry_growth = frames / 16,
            .cap = frames * 4,
            .large = frames * 2};
}

bool checkpoint_policy::wakes_background(const journal_state& j) const noexcept {
    return j.frames - j.copied >= start;
}

bool checkpoint_policy::calls_writer(const journal_state& j) const noexcept {
    if (j.frames < finish || j.frames < j.tried + retry_growth) return false;
    return j.frames - j.copied <= rest || j.frames >= cap;
}

result<void> limit_journal(connection& writer, std::int64_t bytes) {
    // Twice the size at which it is copied away, so that in daily work the file neither shrinks nor grows.
    const auto sql = "PRAGMA journal_size_limit=" + std::to_string(bytes * 2);
    return writer.execute(sql.c_str(), "limit the journal");
}

checkpointer::checkpointer(std::filesystem::path file, std::string vfs, checkpoint_policy policy,
                           std::function<result<void>()> may_open)
    : file_(std::move(file))
    , vfs_(std::move(vfs))
    , policy_(policy)
    , may_open_(std::move(may_open))
    , thread_([this] { run(); }) {}

checkpointer::~checkpointer() {
    (void)stop();
}

bool checkpointer::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    return !recopy_;
}

bool checkpointer::committed(std::int64_t frames) {
    std::unique_lock lock{mutex_};
    if (frames < journal_.frames) journal_ = {}; // it was restarted
    journal_.frames = frames;
    if (policy_.calls_writer(journal_)) {
        if (copying_ && frames < policy_.cap) return false;
        // The disk copies more slowly than it commits: commits must wait, or the journal would grow for ever.
        changed_.wait(lock, [this] { return !copying_; });
        journal_.tried = frames;
        copying_ = true;
        return true;
    }
    const bool wake = !copying_ && policy_.wakes_background(journal_);
    lock.unlock();
    if (wake) changed_.notify_one();
    return false;
}

void checkpointer::finished(const result<std::int64_t>& copied) {
    {
        const std::lock_guard lock{mutex_};
        copying_ = false;
        if (copied) {
            journal_.copied = std::min(*copied, journal_.frames);
            failed_.reset();
        } else if (copied.error().code != errc::store_busy) {
            failed_ = copied.error();
            journal_.copied = 0;
        }
    }
    changed_.notify_all();
}

std::optional<failure> checkpointer::stuck() const {
    const std::lock_guard lock{mutex_};
    if (journal_.frames < policy_.cap) return std::nullopt;
    return failed_;
}

bool checkpointer::held() const {
    const std::lock_guard lock{mutex_};
    return reader_ && journal_.frames >= policy_.large;
}

void checkpointer::run() {
    runtime::name_this_thread("checkpointer");
    std::unique_lock lock{mutex_};
    for (;;) {
        // Readers end without notice, and the writer may have nothing to write for hours.
        changed_.wait_for(lock, poll_interval,
                          [this] { return stopping_ || (!copying_ && policy_.wakes_background(journal_)); });
        if (stopping_) return;
        const bool large = journal_.frames >= policy_.large;
        if (copying_ || (!large && !policy_.wakes_background(journal_))) {
            if (!large) tell_of_readers(false);
            continue;
        }
        copying_ = true;
        const auto before = journal_.copied;
        const auto frames = journal_.frames;
        lock.unlock();
        copy_in_background(large);
        lock.lock();
        // Only a reader keeps frames from being copied that were there before.
        reader_ = !failed_ && journal_.frames > 0 && journal_.copied < frames;
        tell_of_readers(reader_ && journal_.frames >= policy_.large);
        // A reader in the way or a failing disk: to try again at once would not help.
        const bool vain = journal_.copied <= before;
        if (vain) changed_.wait_for(lock, pause_after_failure, [this] { return stopping_; });
    }
}

void checkpointer::tell_of_readers(bool large) {
    if (large == told_) return;
    told_ = large;
    const auto bytes = journal_.frames * frame_bytes;
    if (large)
        log::warning("a reader keeps the journal from being started anew, and it grows", {{"bytes", bytes}});
    else
        log::info("the journal is short again");
}

/// A large journal is given back to the file system when no reader is in the way.
void checkpointer::copy_in_background(bool give_back) {
    if (!db_) {
        if (may_open_)
            if (auto may = may_open_(); !may) return finished(may.error());
        auto opened = connection::open(file_, vfs_, connection::access::read_write, cache_kib);
        if (!opened) return finished(opened.error());
        db_.emplace(std::move(*opened));
    }
    const auto copied = try_copy(*db_);
    bool emptied = false;
    if (copied && give_back) {
        const auto done = db_->empty_journal();
        emptied = done.has_value();
        if (!done && done.error().code != errc::store_busy) recopy_ = true;
    }
    if (!copied) db_.reset();
    finished(copied);
    if (!emptied) return;
    const std::lock_guard lock{mutex_};
    journal_ = {};
}

void checkpointer::copy(connection& db) {
    finished(try_copy(db));
}

result<void> checkpointer::empty_journal(connection& db) {
    {
        const std::lock_guard lock{mutex_};
        if (copying_) return failure{errc::store_busy, "the journal is being copied"};
        copying_ = true;
    }
    // Copied first, so that what is left for the moment in which nobody may read is short.
    auto copied = try_copy(db);
    auto emptied = copied ? db.empty_journal() : result<void>{copied.error()};
    if (copied && !emptied && emptied.error().code != errc::store_busy) recopy_ = true;
    finished(emptied || !copied ? copied : result<std::int64_t>{emptied.error()});
    if (emptied) {
        const std::lock_guard lock{mutex_};
        journal_ = {};
    }
    return emptied;
}

result<void> checkpointer::let_go() {
    const std::lock_guard lock{mutex_};
    if (copying_) return failure{errc::store_busy, "the journal is being copied"};
    db_.reset(); // the thread touches it while it copies only
    journal_ = {};
    return {};
}

result<std::int64_t> checkpointer::try_copy(connection& db) {
    if (recopy_) {
        if (auto ready = db.recopy_journal(); !ready) return ready.error();
        recopy_ = false;
    }
    auto copied = db.checkpoint();
    if (!copied && copied.error().code != errc::store_busy) recopy_ = true;
    return copied;
}

} // namespace webhookd::store::sqlite
