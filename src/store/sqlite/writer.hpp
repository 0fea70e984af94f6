#pragma once

#include <webhookd/store/event_log.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/retention.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/delivery_writer.hpp"
#include "store/sqlite/dictionary.hpp"
#include "store/sqlite/discard_writer.hpp"
#include "store/sqlite/event_histogram.hpp"
#include "store/sqlite/purge_writer.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace webhookd::store::sqlite {

/// The one connection that writes, with its statements. One thread at a time.
class writer {
public:
    /// Takes over a connection whose schema is prepared.
    static result<std::unique_ptr<writer>> open(connection db, const runtime::clock& clock);

    // See the ports.
    result<std::vector<append_outcome>> append(std::span<const new_event> batch);
    /// All of the batch but those that are fenced.
    result<void> finish(std::span<const finished_delivery> batch, std::span<const delivery_id> fenced);
    result<std::vector<delivery_id>> plan(std::span<const event_plan> plans);
    result<std::size_t> retry(const delivery_filter& filter, std::size_t limit,
                              const delivery_writer::running& runs);
    result<std::size_t> discard(const delivery_filter& filter, const discard_record& how, std::size_t limit);
    result<std::size_t> call_back(std::string_view handler, std::chrono::milliseconds most,
                                  std::size_t limit);
    result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason, std::size_t limit);
    result<purge_outcome> purge(std::span<const event_offset> events, purge_scope scope,
                                std::size_t max_bytes);
    result<erase_outcome> erase(std::span<const event_offset> events, const erasure& tombstone,
                                std::string_view reason, std::size_t max_bytes);
    result<void> record_heartbeat(const heartbeat& sign);
    result<void> keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound);
    [[nodiscard]] event_offset last_offset() const noexcept { return last_offset_; }
    [[nodiscard]] std::int64_t pending() const noexcept { return deliveries_.pending(); }

    [[nodiscard]] connection& database() noexcept { return db_; }
    /// False once a failure may have left the connection's view of the file in doubt (after a failed sync the
    /// kernel may have thrown the pages away): then it must be replaced before anything else is written.
    [[nodiscard]] bool usable() const noexcept { return usable_; }
    /// Length of the journal after the last commit.
    [[nodiscard]] std::int64_t journal_frames() const noexcept { return journal_frames_; }

private:
    struct row_ids {
        std::optional<std::int64_t> endpoint;
        std::optional<std::int64_t> type;
        std::optional<std::int64_t> api_key;
        std::optional<std::int64_t> key;
    };
    /// The ids of one event's names in the small tables, where they have one.
    result<row_ids> look_up(const new_event& e);
    result<void> add_missing(const new_event& e, row_ids& ids);
    result<std::optional<event_offset>> kept(std::int64_t endpoint, std::string_view event_id);
    result<append_outcome> keep(const new_event& e, event_offset next);
    result<void> insert(const new_event& e, event_offset offset, const row_ids& ids);
    result<void> insert_consumption(const new_event& e, event_offset offset, std::int64_t endpoint);
    result<std::optional<std::string>> ordering_key(event_offset offset);
    /// Runs `work`, which returns a result, within a transaction: all or nothing, the numbers in memory
    /// included.
    template <class Work>
    auto in_transaction(Work work) -> decltype(work());
    void note(const failure& f) noexcept;

    explicit writer(connection db)
        : db_(std::move(db)) {}
    result<void> prepare(const runtime::clock& clock);

    connection db_;
    dictionary endpoints_;
    dictionary types_;
    dictionary api_keys_;
    key_dictionary keys_;
    key_origins key_origins_;
    statement insert_event_;
    statement insert_payload_;
    statement select_kept_;
    statement update_totals_;
    statement count_type_;
    statement insert_consumption_;
    statement select_key_;
    delivery_writer deliveries_;
    discard_writer discards_;
    event_counter counter_;
    purge_writer purges_;
    std::map<std::int64_t, std::int64_t> fresh_by_type_; ///< of the batch that is being written
    event_offset last_offset_ = 0;
    std::int64_t journal_frames_ = 0;
    bool usable_ = true;
};

} // namespace webhookd::store::sqlite
