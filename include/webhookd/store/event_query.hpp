#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/consumption.hpp>
#include <webhookd/store/event.hpp>
#include <webhookd/store/purge.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Questions about what was received, and their answers.
namespace webhookd::store {

/// What an event's deliveries have come to: at least one is in that state, or (`none`) there is none at all.
enum class delivery_outcome { none, pending, successful, failed, discarded };

/// Which events; all conditions must hold, and one that is empty always does. An event's time is
/// `instant_of`.
struct event_filter {
    std::optional<timestamp> after = {};  ///< exclusive
    std::optional<timestamp> before = {}; ///< exclusive
    /// Exact names, one of which it must be; see also `event_query::event_types`.
    std::optional<std::vector<std::string>> types = {};
    std::string endpoint = {};
    std::string api_key = {};
    std::string transaction_id = {};
    std::string event_id = {};
    /// A part of an id, or of the metadata of the event's object; ASCII letters match in either case.
    std::string text = {};
    std::string state = {};          ///< of the event's object
    std::string stalled_reason = {}; ///< of the same
    std::optional<delivery_outcome> outcome = {};
};

/// A position in the order of events: newest first, and of those of the same instant the later arrival first.
/// It stays valid when events arrive or are purged.
struct event_position {
    timestamp at;
    event_offset offset = 0;
    friend auto operator<=>(const event_position&, const event_position&) = default;
};

[[nodiscard]] inline event_position position_of(const stored_event& e) {
    return {instant_of(e.envelope, e.received), e.offset};
}

struct event_search {
    event_filter filter = {};
    std::optional<event_position> beyond = {}; ///< only events after this position
    bool oldest_first = false;                 ///< the order is reversed
    std::size_t limit = 50;
    projection of = projection::envelope_only;
    std::chrono::milliseconds timeout{10'000}; ///< for what no index serves: `text`, `state` and such
};

/// Intervals, one after another, in which events are counted.
struct histogram_search {
    event_filter filter = {};
    timestamp begin = {}; ///< of the first interval
    std::chrono::seconds interval{3600};
    std::size_t intervals = 0;
    std::chrono::milliseconds timeout{10'000}; ///< for what is not kept counted
};

/// How many events of a type happened in each interval.
struct type_histogram {
    std::string type;
    std::vector<std::int64_t> counts;
    friend bool operator==(const type_histogram&, const type_histogram&) = default;
};

/// A type of which an event was ever received.
struct type_count {
    std::string name;
    std::int64_t events = 0; ///< ever received
};

/// Transactions whose completion happened in a window.
struct consumption_window {
    std::optional<timestamp> after = {};  ///< exclusive
    std::optional<timestamp> before = {}; ///< exclusive
    std::string endpoint = {};            ///< empty: all
    std::string api_key = {};             ///< only of events that are kept and have it; empty: all
};

struct store_statistics {
    std::int64_t events = 0;
    std::int64_t bytes = 0;         ///< on disk, journals included
    std::int64_t journal_bytes = 0; ///< of these, the journal's
    bool journal_held = false;      ///< it is long, and a reader keeps it from being restarted
};

/// The port for questions about what is kept. Blocking: not on an event loop. Any thread, beside a running
/// write, which it never delays. Errors of all calls: store_io, store_busy, store_corrupt.
class event_query {
public:
    /// One event with its body. Errors: store_not_found.
    virtual result<stored_event> find(std::string_view endpoint, std::string_view event_id) = 0;

    /// The key that verified the event, as a JWK; empty where signatures were disabled, or when the payload
    /// was purged since. Errors: store_not_found.
    virtual result<std::string> verification_key(event_offset offset) = 0;

    /// At most `limit` events, in the order of `event_position`. Errors: query_timeout.
    virtual result<std::vector<stored_event>> search(const event_search& wanted) = 0;
    /// How many events there are of a kind. Errors: query_timeout.
    virtual result<std::int64_t> count(const event_filter& filter) = 0;
    /// How many events that the filter finds happened in each interval, for each type of which there is one,
    /// in the order of their names. By types, endpoint and whole hours or days (in UTC) they are counted as
    /// they arrive and are purged: of such a period only the beginning and the end within an hour cost more
    /// than a few rows. Any other filter, and intervals that are not of whole hours, read the events of the
    /// period. Errors: query_timeout.
    virtual result<std::vector<type_histogram>> histogram(const histogram_search& wanted) = 0;
    /// In the order of their names.
    virtual result<std::vector<type_count>> event_types() = 0;
    /// The sum over all completed transactions of the window, each counted once.
    virtual result<event::consumption> consumed(const consumption_window& window) = 0;

    /// When and by whom an event was erased; nullopt: it was not.
    virtual result<std::optional<erasure>> erasure_of(event_offset offset) = 0;

    virtual result<store_statistics> statistics() = 0;

protected:
    ~event_query() = default;
};

} // namespace webhookd::store
