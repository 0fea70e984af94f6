#pragma once

#include <webhookd/store/purge.hpp>

#include "store/removal.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/delivery_writer.hpp"
#include "store/sqlite/event_histogram.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace webhookd::store::sqlite {

/// Removes events or parts of them, on the writer's connection and within its transactions. What the calls
/// promise is documented in retention. One thread at a time.
class purge_writer {
public:
    /// From here on the connection overwrites what it deletes with zeros.
    static result<purge_writer> open(connection& db);

    result<purge_outcome> purge(event_counter& counter, std::span<const event_offset> events,
                                purge_scope scope, std::size_t max_bytes);
    result<erase_outcome> erase(delivery_writer& deliveries, std::span<const event_offset> events,
                                const erasure& tombstone, std::string_view reason, std::size_t max_bytes);

private:
    /// With what the event is counted by.
    struct counted_weight : event_weight {
        std::int64_t at = 0;
        std::int64_t endpoint = 0;
        std::int64_t type = 0;
    };
    result<counted_weight> weigh(event_offset offset);
    result<void> erase_one(event_offset offset, const erasure& tombstone);

    statement weigh_;
    statement delete_payload_;
    statement delete_event_;
    statement count_down_;
    statement clear_event_;
    statement clear_attempts_;
    statement clear_discards_;
    statement insert_erasure_;
};

} // namespace webhookd::store::sqlite
