#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/event.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store {

/// How the detail of a failure (store_io) begins when the engine's open files are not those at their paths:
/// one was removed, moved or replaced. The rest names the file without its folder, so that it may be shown to
/// anybody.
inline constexpr std::string_view displaced_words = "the open database is not the one at its path: ";

[[nodiscard]] inline bool tells_of_displaced_files(const failure& f) noexcept {
    return f.code == errc::store_io && std::string_view{f.detail}.starts_with(displaced_words);
}

/// Asked for a batch; asked again, it answers with the same events in the same order, and perhaps with more
/// behind them. What it answered last stays where it is until the append returns. Comes on the appender's
/// thread, and must not block.
using batch_source = std::function<std::span<const new_event>()>;

/// The port that appends events, and reads them in the order of their arrival.
/// Blocking. `append_from` and `announce` come from the writer's thread (see group_writer); everything else
/// may come from any thread, beside a running write, and never delays it. Durability: what a call reported as
/// done is on disk, and survives a crash or power loss. Errors of all calls: store_full, store_io,
/// store_busy, store_corrupt; the store stays usable afterwards, and calls succeed again once the cause is
/// gone.
class event_log {
public:
    /// Keeps a batch and its planned deliveries in one transaction: all or, on an error, none. An event is
    /// known by endpoint and id together; one that is already kept (or stands twice in the batch) is a
    /// duplicate, costs no write, plans nothing and changes nothing. Outcomes are in the order of the batch.
    /// The first known origin of a key is kept for each endpoint, and no later one.
    /// A write that failed late cannot be distinguished from one that did not happen: when the process dies
    /// soon after an error, the whole batch may be there after all; to its senders it is then a duplicate.
    /// Where several instances append to one log, they do so one after another; when it is this one's turn,
    /// the batch is asked for once more, so that what came meanwhile can go along. Errors also:
    /// argument_invalid, for a value that the engine cannot hold.
    virtual result<std::vector<append_outcome>> append_from(const batch_source& batch) = 0;
    result<std::vector<append_outcome>> append(std::span<const new_event> batch) {
        return append_from([batch] { return batch; });
    }

    /// Tells who listens (see notifications) of what was appended since the last call. For the appender, once
    /// it has answered its senders: acknowledgements come first.
    virtual void announce() noexcept = 0;

    /// Events after `offset` in the order of arrival, at most `limit`; fewer when their bodies exceed
    /// `max_bytes` in sum (but at least one, if there is one).
    virtual result<std::vector<stored_event>> read_after(event_offset offset, std::size_t limit,
                                                         std::size_t max_bytes,
                                                         projection of = projection::full) = 0;

    /// The offset of the newest event ever kept; 0: there was none. Costs nothing.
    [[nodiscard]] virtual event_offset last_offset() const noexcept = 0;

    /// What puts kept events at risk although the store works, in words for operators; empty: nothing. Cheap.
    [[nodiscard]] virtual std::string risk() const = 0;

    /// Whether the engine's open files are still those at their paths. A few system calls. Errors: store_io,
    /// with `displaced_words`.
    virtual result<void> in_place() = 0;

    /// Proves that the disk takes writes (used after an append failed, and for readiness). Also fails while
    /// the engine can keep events but falls behind in its housekeeping because of the disk, and while its
    /// files are not at their paths; what it can restore by itself it restores.
    virtual result<void> probe() = 0;

protected:
    ~event_log() = default;
};

} // namespace webhookd::store
