#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/time.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store {

/// Position of an event in the order of arrival: starts at 1, grows, never given twice, holes allowed.
using sequence = std::int64_t;

/// An event as the ingest path hands it over: proven, parsed, and not yet kept.
struct new_event {
    std::string endpoint; ///< name from the configuration
    event::envelope envelope;
    std::string body;      ///< the raw bytes as received
    std::string signature; ///< the x-jws-signature value as received; empty: not checked
    std::shared_ptr<const signature::public_key>
        key;            ///< the key that verified it; null where signatures are disabled
    std::string source; ///< the client's address
    timestamp received;
};

enum class append_status { accepted, duplicate };

struct append_outcome {
    append_status status;
    sequence seq; ///< of the event kept, be it now or before
};

/// An event read back.
struct stored_event {
    sequence seq = 0;
    std::string endpoint;
    event::envelope envelope;
    std::string body;
    std::string signature;
    std::string key_id; ///< kid of the key that verified it; empty where signatures were disabled
    std::string source;
    timestamp received;
};

/// How much of an event is read back.
enum class extent {
    envelope, ///< without body, signature and key
    everything,
};

struct store_statistics {
    std::int64_t events = 0;
    std::int64_t bytes = 0; ///< on disk, journals included
};

/// The port behind which every storage engine stands. Blocking, batch-shaped, and engine-neutral.
/// Threads: `append` and `advance` come from one writer thread; everything else may come from any thread at
/// any time, beside a running append, and never delays it. Durability: what a call reported as done has
/// reached the disk, and a crash or power loss does not take it back. Errors of all calls: store_full,
/// store_io, store_busy, store_corrupt; the store stays usable afterwards, and calls succeed again once the
/// cause is gone. Writes also: argument_invalid, for a value that the engine cannot hold.
class event_store {
public:
    virtual ~event_store() = default;

    /// Keeps a batch in one transaction: all or, on an error, none. An event is known by endpoint and id
    /// together; one that is already kept (or stands twice in the batch) is a duplicate, costs no write and
    /// changes nothing. Outcomes stand in the order of the batch.
    /// Nobody can tell a write that failed late from one that did not happen: when the process dies soon
    /// after an error, the batch may turn up after all, whole; to its senders it is then a duplicate.
    virtual result<std::vector<append_outcome>> append(std::span<const new_event> batch) = 0;

    /// Events after `seq` in the order of arrival, at most `limit`; fewer when their bodies exceed
    /// `max_bytes` in sum (but at least one, if there is one).
    virtual result<std::vector<stored_event>>
    read_after(sequence seq, std::size_t limit, std::size_t max_bytes, extent of = extent::everything) = 0;

    /// One event with its body. Errors: store_not_found.
    virtual result<stored_event> find(std::string_view endpoint, std::string_view event_id) = 0;

    /// How far a named reader has come; 0 for a name never seen.
    virtual result<sequence> cursor(std::string_view name) = 0;

    /// Moves a reader's cursor forward, durably.
    virtual result<void> advance(std::string_view name, sequence seq) = 0;

    virtual result<store_statistics> statistics() = 0;

    /// Proves that the disk takes writes (used after an append failed, and for readiness). Any thread. Fails
    /// too while the engine can keep events but falls behind in its housekeeping because of the disk.
    virtual result<void> probe() = 0;
};

} // namespace webhookd::store
