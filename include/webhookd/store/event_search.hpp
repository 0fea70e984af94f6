#pragma once

#include <webhookd/event/consumption.hpp>
#include <webhookd/store/event.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
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
    std::chrono::milliseconds timeout{30'000};
};

} // namespace webhookd::store
