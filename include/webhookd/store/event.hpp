#pragma once

#include <webhookd/event/consumption.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Events as they go into the store and come out of it.
namespace webhookd::store {

/// Offset of an event in the order of arrival: starts at 1, grows, is never reused, and may have gaps.
using event_offset = std::int64_t;

/// A delivery: one event for one handler. Ids start at 1, grow, and are never given twice.
using delivery_id = std::int64_t;

/// Whether the deliveries of one ordering key (event::ordering_key) run one after another.
enum class ordering {
    none,  ///< not at all
    skip,  ///< in the order of arrival; one that failed lets the later ones pass
    block, ///< in the order of arrival; one that failed holds the later ones up
};

/// A handler that gets an event.
struct planned_delivery {
    std::string handler;
    store::ordering ordering = ordering::none;
    friend bool operator==(const planned_delivery&, const planned_delivery&) = default;
};

/// Where a key came from, and when it was seen there.
struct key_origin {
    std::string source; ///< a file, or a URL without user and query
    timestamp fetched;  ///< when that source gave a key set with this very key
    friend bool operator==(const key_origin&, const key_origin&) = default;
};

/// A public key that verified events, as it is kept to prove them with later: kid and JWK. Made once for each
/// key that is fetched, and shared by its events.
struct key_text {
    std::string kid;
    std::string jwk;                       ///< canonical, so that the same key has the same text
    std::optional<key_origin> origin = {}; ///< nullopt: not known
};

/// The key that verified an event, as it was kept.
struct kept_key {
    std::string jwk; ///< empty: there is none
    /// Where the endpoint first had it from, before this event was received; nullopt: that was not kept.
    std::optional<key_origin> origin = {};
};

/// An event as the ingest path passes it to the store: verified, parsed, routed, and not yet kept.
struct new_event {
    std::string endpoint; ///< name from the configuration
    event::envelope envelope;
    std::string body;                    ///< the raw bytes as received
    std::string signature;               ///< the x-jws-signature value as received; empty: not checked
    std::shared_ptr<const key_text> key; ///< that verified it; null where signatures are disabled
    std::string source;                  ///< the client's address
    timestamp received;
    std::vector<planned_delivery> deliveries;
    std::optional<event::consumption> consumption; ///< of a transaction's completion
    std::string metadata;                          ///< the object's own, as JSON, for searches
};

enum class append_status { accepted, duplicate };

struct append_outcome {
    append_status status;
    event_offset offset; ///< of the event that is kept, now or before
};

/// The instant of an event: its creation, or, where that is unknown, its arrival.
[[nodiscard]] inline timestamp instant_of(const event::envelope& e, timestamp received) {
    return e.created.value_or(received);
}

/// An event read back.
struct stored_event {
    event_offset offset = 0;
    std::string endpoint;
    event::envelope envelope;
    std::string body;
    std::string signature;
    std::string key_id; ///< kid of the key that verified it; empty where signatures were disabled
    std::string source;
    timestamp received;
};

/// How much of an event is read back.
enum class projection {
    envelope_only, ///< without body, signature and key
    full,
};

} // namespace webhookd::store
