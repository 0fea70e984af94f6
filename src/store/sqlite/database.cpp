#include "store/sqlite/database.hpp"

#include <webhookd/runtime/log.hpp>

#include <chrono>
#include <system_error>

namespace webhookd::store::sqlite {
namespace {

/// A restart of the journal waits this long for readers.
constexpr std::chrono::seconds longest_read{2};

std::int64_t size_of(const std::filesystem::path& path) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path, missing);
    return missing ? 0 : static_cast<std::int64_t>(size);
}

} // namespace

database::database(sqlite_options options, parts opened)
    : options_(std::move(options))
    , lock_(std::move(opened.lock))
    , layer_(std::move(opened.layer))
    , watch_(std::move(opened.watch))
    , writer_(std::move(opened.writer))
    , pending_(writer_->pending())
    , last_offset_(writer_->last_offset())
    , readers_(options_.file, options_.vfs, options_.readers, [this] { return watch_->check(); })
    , checkpointer_(options_.file, layer_->name(), checkpoint_policy::for_journal(options_.journal_bytes),
                    [this] { return watch_->check(); }) {}

database::~database() {
    const bool whole = checkpointer_.stop();
    if (!writer_) return;
    if (whole && watch_->check()) return;
    // The last connection would copy the journal and delete the file at its path, even if that is another's.
    if (whole) save_journal();
    writer_->database().checkpoint_on_close(false);
    if (watch_->in_place(file::database)) watch_->set_strangers_aside();
}

result<void> database::begin_write() {
    if (auto there = check_files(); !there) return there;
    if (writer_ && writer_->usable()) return {};
    return open_again();
}

result<void> database::end_write(bool committed) {
    pending_ = writer_->pending();
    last_offset_ = writer_->last_offset();
    if (committed && checkpointer_.committed(writer_->journal_frames()))
        checkpointer_.copy(writer_->database());
    return check_files();
}

result<void> database::open_again() {
    auto fresh = open_writer(options_, layer_->name());
    if (!fresh) return fresh.error();
    writer_ = std::move(*fresh);
    return {};
}

result<void> database::check_files() {
    auto there = watch_->check();
    if (there)
        saved_ = false;
    else
        save_journal();
    return there;
}

/// Copies a journal that was moved or deleted into the database, while the open files still have it: where
/// the database is moved away too, into that one.
void database::save_journal() {
    if (!writer_ || saved_) return;
    const auto done = checkpointer_.empty_journal(writer_->database());
    saved_ = done.has_value();
    if (!done)
        log::warning("a displaced journal is not copied into the database yet",
                     {{"reason", to_string(done.error())}});
}

result<void> database::in_place() {
    const std::lock_guard lock{mutex_};
    if (auto there = check_files(); !there) return there;
    return lock_.keep();
}

result<void> database::probe() {
    {
        const std::lock_guard lock{mutex_};
        const auto there = check_files();
        if (auto fine = there ? lock_.keep() : recreate_journal(); !fine) return fine;
    }
    if (auto stuck = checkpointer_.stuck()) return *stuck;
    return probe_disk(options_.file.string() + "-probe", options_.vfs);
}

/// Files that were moved away are waited for. A journal or an index that was deleted is created again, once
/// all of it is in the database.
result<void> database::recreate_journal() {
    if (!watch_->in_place(file::database)) return watch_->check();
    for (const auto each : {file::journal, file::index})
        if (!watch_->in_place(each) && !watch_->gone_for_good(each)) return watch_->check();
    auto emptied = readers_.close(longest_read);
    if (!emptied) return emptied.error();
    if (writer_) {
        if (auto copied = checkpointer_.empty_journal(writer_->database()); !copied) return copied;
        if (auto closed = checkpointer_.let_go(); !closed) return closed;
        writer_->database().checkpoint_on_close(false);
        writer_.reset();
    }
    watch_->set_strangers_aside();
    if (auto opened = open_again(); !opened) return opened;
    if (auto begun = watch_->begin(); !begun) return begun;
    log::warning("the journal's files were removed under the daemon; nothing is lost, they were made anew");
    return {};
}

result<remnants> database::scrub() {
    const std::lock_guard lock{mutex_};
    if (auto there = check_files(); !there) return there.error();
    if (!writer_) return failure{errc::store_busy, "the database is being opened"};
    if (auto emptied = checkpointer_.empty_journal(writer_->database()); !emptied) return emptied.error();
    // The database's pages were cleaned on their way to the disk; the writer's copies of them were not, and
    // would bring what they hold back into the journal.
    writer_->database().drop_cache();
    return writer_->database().cleans_pages() ? remnants::none : remnants::possible;
}

store_statistics database::sizes() const {
    store_statistics s;
    s.journal_bytes = size_of(options_.file.string() + "-wal");
    s.bytes = size_of(options_.file) + s.journal_bytes;
    s.journal_held = checkpointer_.held();
    return s;
}

} // namespace webhookd::store::sqlite
