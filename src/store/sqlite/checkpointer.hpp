#pragma once

#include <webhookd/error.hpp>

#include "store/sqlite/connection.hpp"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace webhookd::store::sqlite {

/// The state of the write-ahead journal, counted in frames (pages and their headers).
struct journal_state {
    std::int64_t frames = 0; ///< its length after the last commit
    std::int64_t copied = 0; ///< how many of them are copied into the database
    std::int64_t tried = 0;  ///< its length when the writer last tried to finish
};

/// When to copy, and who. A background thread copies, but while commits go on it never reaches the end, and
/// only after a copy up to the very end does SQLite restart the journal. So once the journal is long, the
/// writer copies the short rest between two commits. That costs one acknowledgement some milliseconds, once
/// in many thousands.
struct checkpoint_policy {
    std::int64_t finish;       ///< length from which the writer copies the rest
    std::int64_t start;        ///< frames to copy that wake the background thread
    std::int64_t rest;         ///< that may be so long
    std::int64_t retry_growth; ///< growth after which a writer that a reader kept from finishing tries again
    std::int64_t cap;          ///< length from which the writer copies however much is left
    std::int64_t large;        ///< length that only a reader can cause, by keeping it from being restarted

    /// For a journal that is to stay around this size, and below four times that.
    static checkpoint_policy for_journal(std::int64_t bytes) noexcept;

    [[nodiscard]] bool wakes_background(const journal_state& j) const noexcept;
    [[nodiscard]] bool calls_writer(const journal_state& j) const noexcept;
};

/// The size to which the writer's connection truncates a journal that has grown, when it restarts it.
[[nodiscard]] result<void> limit_journal(connection& writer, std::int64_t bytes);

/// The thread that copies the journal into the database, on a connection of its own, so that commits never
/// do.
class checkpointer {
public:
    /// `may_open`, where given, is asked before the thread opens its connection.
    checkpointer(std::filesystem::path file, std::string vfs, checkpoint_policy policy,
                 std::function<result<void>()> may_open = {});
    ~checkpointer();

    /// The writer's thread, after each commit, with the journal's length. True: the writer must now `copy`.
    /// At the policy's cap it waits for a background copy under way.
    [[nodiscard]] bool committed(std::int64_t frames);
    /// Copies over this connection, whose thread was told to.
    void copy(connection& db);

    /// Copies everything over this connection and empties the journal's file. The writer's thread. Errors:
    /// store_busy while a reader or the background thread is in the way; those of a copy.
    [[nodiscard]] result<void> empty_journal(connection& db);

    /// The journal is large because a reader, perhaps of another process, has not ended.
    [[nodiscard]] bool held() const;

    /// Closes the thread's connection until it is needed again. Errors: store_busy while it copies.
    [[nodiscard]] result<void> let_go();

    /// Ends the thread. False when the last copy failed: then the journal must not be closed away, because
    /// the database may lack what counts as copied; the next start will copy it all.
    [[nodiscard]] bool stop();

    /// The reason when the journal has outgrown its cap because it cannot be copied.
    [[nodiscard]] std::optional<failure> stuck() const;

private:
    void run();
    void copy_in_background(bool give_back);
    void tell_of_readers(bool large);
    result<std::int64_t> try_copy(connection& db);
    void finished(const result<std::int64_t>& copied);

    const std::filesystem::path file_;
    const std::string vfs_;
    const checkpoint_policy policy_;
    const std::function<result<void>()> may_open_;
    std::optional<connection> db_; ///< the thread's
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    journal_state journal_;
    std::optional<failure> failed_; ///< how the last copy failed
    bool copying_ = false;          ///< one of the two threads is copying
    /// a copy failed, and the next must start over; used by the copying thread
    bool recopy_ = false;
    bool stopping_ = false;
    bool reader_ = false; ///< the last background copy met a reader in the way
    bool told_ = false;   ///< of a reader who holds the journal; the thread's
    std::thread thread_;  ///< last: it uses the others
};

} // namespace webhookd::store::sqlite
