#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/leases.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace webhookd::store::sqlite {

/// Reads deliveries, on a reader's connection. The contract of the calls is at the store's ports.
class delivery_reader {
public:
    static result<delivery_reader> open(connection& db);

    /// Passes over what is held already. The tokens are still to come.
    result<claim_answer> claim(const claim_request& request, const leases::claim_lock& claiming,
                               timestamp now);
    result<std::vector<attempt>> attempts(delivery_id id);
    result<std::vector<discard_record>> discards(delivery_id id);
    result<std::vector<delivery_counts>> count(std::span<const event_offset> events);
    result<std::map<std::string, std::int64_t>> waiting_by_handler();
    static result<std::vector<delivery_record>> list(connection& db, const delivery_filter& filter,
                                                     std::optional<delivery_id> before, std::size_t limit);

private:
    /// Adds the claim to `to`, unless its body is larger than `room`: then false. One alone always fits.
    result<bool> take(delivery_id id, projection of, std::size_t& room, std::vector<claimed_delivery>& to);
    result<std::optional<std::chrono::microseconds>> next_due(std::string_view handler, timestamp now);

    statement select_due_;
    statement select_claim_;
    statement select_claim_envelope_;
    statement select_next_;
    statement select_attempts_;
    statement select_discards_;
    statement count_by_state_;
    statement count_waiting_;
};

} // namespace webhookd::store::sqlite
