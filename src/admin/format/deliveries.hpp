#pragma once

#include <webhookd/delivery/engine.hpp>
#include <webhookd/store/delivery.hpp>

#include "admin/format/json.hpp"

#include <cstdint>
#include <vector>

namespace webhookd::admin {

/// As the API writes it: pending, successful, failed, discarded.
[[nodiscard]] const char* name_of(store::delivery_state s);

/// Leaves the object open, for more members.
void write(json_response& json, const store::delivery_record& d);

/// The same, with its sample.
void write(json_response& json, const store::failure_group& g);

/// `discards`: when, by whom and why a delivery was given up, oldest first.
void write_discards(json_response& json, const std::vector<store::discard_record>& discards);

/// How many deliveries an event has, by state.
void write(json_response& json, const store::delivery_counts& counts);

/// `history`: the attempts of a delivery, oldest first.
void write_history(json_response& json, const std::vector<store::attempt>& attempts);

/// How a handler is doing, and how many deliveries wait for it.
void write(json_response& json, const delivery::handler_status& handler, std::int64_t waiting);

} // namespace webhookd::admin
