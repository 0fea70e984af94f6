#pragma once

#include <webhookd/store/event_log.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/retention.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/delivery_writer.hpp"
#include "store/sqlite/dictionary.hpp"
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
    static result<std::unique_ptr<writer>> open(connection db);

    // As the ports promise.
    result<std::vector<append_outcome>> append(std::span<const new_event> batch);
    result<void> finish(std::span<const finished_delivery> batch);
    result<std::vector<delivery_id>> plan(std::span<const event_plan> plans, timestamp now);
    result<std::size_t> retry(const delivery_filter& filter, timestamp now, std::size_t limit,
                              const delivery_writer::running& runs);
    result<std::size_t> call_back(std::string_view handler, timestamp now, std::chrono::milliseconds most,
                                  std::size_t limit);
    result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason, timestamp now,
                                     std::size_t limit);
    result<purge_outcome> purge(std::span<const sequence> events, purge_scope scope, std::size_t max_bytes);
    result<erase_outcome> erase(std::span<const sequence> events, const erasure& tombstone,
                                std::string_view reason, std::size_t max_bytes);
    result<void> record_life(const life_sign& sign);
    result<void> keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound);
    [[nodiscard]] sequence last_sequence() const noexcept { return last_seq_; }
    [[nodiscard]] std::int64_t pending() const noexcept { return deliveries_.pending(); }

    [[nodiscard]] connection& database() noexcept { return db_; }
    /// False once a failure may have left the connection's view of the file in doubt (after a failed sync the
    /// kernel may have thrown the pages away): then it must be replaced before anything else is written.
    [[nodiscard]] bool usable() const noexcept { return usable_; }
    /// Length of the journal after the last commit.
    [[nodiscard]] std::int64_t journal_frames() const noexcept { return journal_frames_; }

private:
    struct row_numbers {
        std::optional<std::int64_t> endpoint;
        std::optional<std::int64_t> type;
        std::optional<std::int64_t> api_key;
        std::optional<std::int64_t> key;
    };
    /// The places of one event's names in the small tables, as far as they have them.
    result<row_numbers> look_up(const new_event& e);
    result<void> add_missing(const new_event& e, row_numbers& numbers);
    result<std::optional<sequence>> kept(std::int64_t endpoint, std::string_view event_id);
    result<append_outcome> keep(const new_event& e, sequence next);
    result<void> insert(const new_event& e, sequence seq, const row_numbers& numbers);
    result<void> insert_consumption(const new_event& e, sequence seq, std::int64_t endpoint);
    result<std::optional<std::string>> ordering_key(sequence seq);
    /// Runs `work`, which returns a result, within a transaction: all or nothing, the numbers in memory
    /// included.
    template <class Work>
    auto in_transaction(Work work) -> decltype(work());
    void note(const failure& f) noexcept;

    explicit writer(connection db)
        : db_(std::move(db)) {}
    result<void> prepare();

    connection db_;
    dictionary endpoints_;
    dictionary types_;
    dictionary api_keys_;
    key_dictionary keys_;
    statement insert_event_;
    statement insert_payload_;
    statement select_kept_;
    statement update_totals_;
    statement count_type_;
    statement insert_consumption_;
    statement select_key_;
    delivery_writer deliveries_;
    purge_writer purges_;
    std::map<std::int64_t, std::int64_t> fresh_by_type_; ///< of the batch that is being written
    sequence last_seq_ = 0;
    std::int64_t journal_frames_ = 0;
    bool usable_ = true;
};

} // namespace webhookd::store::sqlite
