#pragma once

#include <webhookd/store/event.hpp>
#include <webhookd/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Deliveries as they are claimed, finished and shown.
namespace webhookd::store {

enum class delivery_state {
    pending,
    successful,
    failed,    ///< a dead letter
    discarded, ///< failed, and given up by hand
};

/// One attempt of a delivery, as in its history.
struct attempt {
    timestamp started;
    std::chrono::microseconds duration{};
    int status = 0;     ///< HTTP status or exit code; 0: there was none
    std::string reason; ///< why it was not successful; empty: it was
    std::string output; ///< how the answer or the program's output begins
    friend bool operator==(const attempt&, const attempt&) = default;
};

/// A claim as its holder names it. The token distinguishes this claim of a delivery from every other one: a
/// call with a claim that another has holder has no effect.
struct claim {
    delivery_id id = 0;
    std::int64_t token = 0;
    friend bool operator==(const claim&, const claim&) = default;
};

/// A delivery that its claimer may now run: no other claim gets it until it is finished, released, or the
/// lease is over.
struct claimed_delivery {
    store::claim claim;
    std::uint32_t attempts = 0;              ///< made so far
    std::uint32_t attempts_before_retry = 0; ///< of those, made before the last retry by hand
    timestamp since;                         ///< when it was planned, or last retried by hand
    bool is_ordered = false;                 ///< later ones may wait for it
    stored_event event;
};

struct claim_request {
    std::string_view handler;
    std::chrono::milliseconds lease; ///< until it must be extended
    std::size_t limit = 1;
    std::size_t max_bytes = 8 * 1024 * 1024; ///< of bodies in sum; one larger body comes alone
    projection of = projection::full;
    bool despite_circuit = false; ///< whether or not the handler's circuit is open
};

struct claim_answer {
    std::vector<claimed_delivery> deliveries; ///< longest due first
    bool more = false;                        ///< others are due now
    /// Until the next of those becomes due that are not due yet; nullopt: none waits for its time.
    std::optional<std::chrono::microseconds> next_due;
    bool circuit_open = false; ///< the handler's circuit is, and its test another's: see circuits
};

/// New deliveries of an event that is kept already.
struct event_plan {
    event_offset offset = 0;
    std::vector<planned_delivery> deliveries;
};

/// The outcome of a claimed delivery's attempt.
struct finished_delivery {
    store::claim claim;
    delivery_state state = delivery_state::successful; ///< pending: it runs again, after `delay`
    std::chrono::milliseconds delay{};                 ///< from when this is recorded
    store::attempt attempt;
};

/// A delivery as operators see it.
struct delivery_record {
    delivery_id id = 0;
    event_offset offset = 0;
    std::string endpoint;
    std::string event_id;
    std::string event_type;
    std::string handler;
    delivery_state state = delivery_state::pending;
    std::uint32_t attempts = 0;
    timestamp planned;
    std::optional<timestamp> due; ///< of a pending one; nullopt: it waits for an earlier one
    std::optional<timestamp> finished;
    std::string reason; ///< of the last attempt that was not successful, or why none was made
};

/// When, by whom and why a failed delivery was given up.
struct discard_record {
    timestamp at;
    std::string by;     ///< the name of the token
    std::string reason; ///< as it was given; empty once the event was erased
    friend bool operator==(const discard_record&, const discard_record&) = default;
};

/// How many deliveries an event has.
struct delivery_counts {
    std::int64_t pending = 0;
    std::int64_t successful = 0;
    std::int64_t failed = 0;
    std::int64_t discarded = 0;
    friend bool operator==(const delivery_counts&, const delivery_counts&) = default;
};

/// The deliveries of a handler that are failed now and have the same `reason`.
struct failure_group {
    std::string handler;
    std::string cause; ///< that reason; may be empty
    std::int64_t deliveries = 0;
    timestamp first_finished;
    timestamp last_finished;
    delivery_record sample; ///< the one that failed last
};

/// The deliveries that wait, and those that failed for good.
struct backlog {
    struct waiting {
        std::int64_t deliveries = 0;
        timestamp oldest; ///< since when the oldest waits: planned, or last retried by hand
        friend bool operator==(const waiting&, const waiting&) = default;
    };
    std::map<std::string, waiting> by_handler; ///< where something waits
    std::int64_t failed = 0;                   ///< dead letters
};

/// Empty members match everything.
struct delivery_filter {
    std::optional<delivery_id> id = {};
    std::optional<delivery_state> state = {};
    std::string handler = {};
    std::string event_id = {};
    /// The `reason`, whole. Only of failed deliveries; nullopt matches all, an empty one those without.
    std::optional<std::string> cause = {};
    std::optional<timestamp> after = {};  ///< planned later, exclusive
    std::optional<timestamp> before = {}; ///< planned earlier, exclusive
};

/// Deliveries are planned in the order of their ids, but for what their clocks were wrong by. By that order a
/// period is found, and looked for so much beyond its ends: nothing is missed where no clock was wrong by
/// more than half of it.
inline constexpr std::chrono::hours planned_tolerance{6};

/// A list of deliveries that takes longer is given up.
inline constexpr std::chrono::milliseconds longest_list{10'000};

} // namespace webhookd::store
