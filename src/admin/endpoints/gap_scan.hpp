#pragma once

#include <webhookd/event/timeline.hpp>
#include <webhookd/store/event_query.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::admin {

struct gap_question {
    std::optional<timestamp> after;  ///< when the evidence happened; exclusive
    std::optional<timestamp> before; ///< exclusive
    std::string endpoint;            ///< empty: every one
    std::optional<store::event_position> beyond;
    std::size_t limit = 50;
    /// Evidence that arrived later than so long ago is passed over: what is missing may be on its way.
    std::chrono::seconds grace{600};
};

/// An event that must have been sent and did not arrive.
struct missing_event {
    std::string type;
    std::string action; ///< empty: it is the transaction's
    store::stored_event evidence;
    timestamp sent; ///< at the latest
};

/// What the events of one transaction tell.
struct transaction_outlook {
    std::vector<missing_event> missing;
    std::vector<event::expected_event> expected; ///< what comes next
};

struct gap_page {
    std::vector<missing_event> gaps;           ///< by their evidence, newest first
    std::optional<store::event_position> next; ///< there may be more; a page may be empty and have it
};

/// Looks through the store for the missing events in its transactions' timelines. It walks the events that
/// can be evidence through the index of their types and reads the timeline of each one's transaction:
/// whatever the size of the store, memory is bounded by one stretch of that walk.
///
/// An event counts as missing only where it must have been sent after the oldest event of its type that the
/// endpoint has: before that the endpoint was not registered for it, or it was purged. One thread at a time.
class gap_scan {
public:
    gap_scan(store::event_query& store, timestamp now)
        : store_(store)
        , now_(now) {}

    /// Errors: the store's.
    [[nodiscard]] result<gap_page> page(const gap_question& q);
    /// Whatever arrived just now counts as well. Nothing is claimed of a very long timeline. Errors: the
    /// store's.
    [[nodiscard]] result<transaction_outlook> outlook_of(const std::string& endpoint,
                                                         const std::string& transaction);

private:
    using timelines = std::map<std::pair<std::string, std::string>, std::vector<missing_event>>;

    result<bool> proven(const std::string& endpoint, std::string_view type, timestamp begun);
    result<std::optional<timestamp>> registered_since(const std::string& endpoint, std::string_view type);
    result<event::transaction_dates> dates_of(const std::string& endpoint, const std::string& event_id);

    store::event_query& store_;
    timestamp now_;
    timelines seen_; ///< of this stretch
    std::map<std::pair<std::string, std::string>, std::optional<timestamp>> since_;
};

} // namespace webhookd::admin
