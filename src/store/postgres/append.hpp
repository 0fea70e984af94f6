#pragma once

#include <webhookd/store/event_log.hpp>

#include "store/postgres/append_columns.hpp"
#include "store/postgres/session.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace webhookd::store::postgres {

struct append_answer {
    std::span<const new_event> batch; ///< as its source gave it last
    std::vector<append_outcome> outcomes = {};
    event_offset last_offset = 0;
    std::int64_t planned = 0; ///< deliveries
    int plans = 0;            ///< how often `totals.plans` was raised
};

/// Keeps batches, as event_log documents it, each in one transaction. All daemons append one after another.
/// Where others did within the last second, a batch takes along what came while it waited for its turn: few
/// large transactions cost less than many small ones. One thread.
class appender {
public:
    /// `last`: the newest offset of all.
    explicit appender(event_offset last)
        : last_(last) {}

    result<append_answer> append(connection& db, const session& self, const batch_source& source);

private:
    [[nodiscard]] bool is_contended() const;
    void note(const append_answer& answer, event_offset first_fresh);

    known_origins known_origins_; ///< few
    event_offset last_;           ///< of what this daemon has appended
    /// When others were last seen to have appended since.
    std::optional<std::chrono::steady_clock::time_point> others_appended_;
};

} // namespace webhookd::store::postgres
