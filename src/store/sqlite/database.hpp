#pragma once

#include <webhookd/store/event_store.hpp>
#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/journal_vfs.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/writer.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace webhookd::store::sqlite {

/// The parts of a database, in the order of opening.
struct parts {
    lock_file lock;
    std::unique_ptr<journal_vfs> layer;
    std::unique_ptr<file_watch> watch;
    std::unique_ptr<sqlite::writer> writer;
};

/// An open database: its files and the locks on them, the connection that writes, those that read, and the
/// thread that copies the journal away. Nothing is written, and no connection opened, while the open files
/// are not those at their paths; what can be restored, is restored. Any thread.
class database {
public:
    database(sqlite_options options, parts opened);
    /// Copies the journal into the database and removes it, where both are at their paths.
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    /// Runs `work`, a transaction that returns a result, on the writing connection; reopens that where a
    /// failure left it in doubt.
    template <class Work>
    auto write(Work work) -> decltype(work(std::declval<writer&>())) {
        const std::lock_guard lock{mutex_};
        if (auto ready = begin_write(); !ready) return ready.error();
        auto done = work(*writer_);
        // What was written into a deleted file is not kept.
        if (auto there = end_write(done.has_value()); done && !there) return there.error();
        return done;
    }

    [[nodiscard]] reader_pool& readers() noexcept { return readers_; }

    // See the ports.
    [[nodiscard]] std::int64_t pending() const noexcept { return pending_; }
    [[nodiscard]] event_offset last_offset() const noexcept { return last_offset_; }
    [[nodiscard]] result<void> in_place();
    [[nodiscard]] result<void> probe();
    [[nodiscard]] result<remnants> scrub();
    /// All but the number of events.
    [[nodiscard]] store_statistics sizes() const;

private:
    using file = file_watch::which;

    // Under `mutex_`.
    result<void> begin_write();
    result<void> end_write(bool committed);
    result<void> open_again();
    result<void> check_files();
    void save_journal();
    result<void> recreate_journal();

    // In the order of opening; closed the other way round, so that the writer is the last connection, which
    // copies the journal into the database and removes it.
    const sqlite_options options_;
    lock_file lock_;
    const std::unique_ptr<journal_vfs> layer_;
    const std::unique_ptr<file_watch> watch_;
    std::mutex mutex_;
    bool saved_ = false; ///< all of a journal that was moved or deleted is in the database
    std::unique_ptr<writer> writer_;
    std::atomic<std::int64_t> pending_;
    std::atomic<event_offset> last_offset_;
    reader_pool readers_;
    checkpointer checkpointer_;
};

/// A connection that writes to a database whose schema is prepared, over a layer of this name.
[[nodiscard]] result<std::unique_ptr<writer>> open_writer(const sqlite_options& options,
                                                          const std::string& layer);

/// All ports over a database.
[[nodiscard]] std::unique_ptr<event_store> make_store(sqlite_options options, parts opened);

} // namespace webhookd::store::sqlite
