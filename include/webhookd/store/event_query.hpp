#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/event.hpp>
#include <webhookd/store/event_search.hpp>
#include <webhookd/store/purge.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store {

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

    /// The key that verified the event, and where it came from. Without a JWK where signatures were disabled,
    /// or when the payload was purged since. Errors: store_not_found.
    virtual result<kept_key> verification_key(event_offset offset) = 0;

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
    /// The sum over all completed transactions of the window, each counted once. The cost grows with these;
    /// with an API key each one's event is read. Errors: query_timeout.
    virtual result<event::consumption> consumed(const consumption_window& window) = 0;

    /// When and by whom an event was erased; nullopt: it was not.
    virtual result<std::optional<erasure>> erasure_of(event_offset offset) = 0;

    virtual result<store_statistics> statistics() = 0;

protected:
    ~event_query() = default;
};

} // namespace webhookd::store
