#pragma once

#include <webhookd/store/delivery_queue.hpp>

#include "admin/query.hpp"

#include <string>

/// What a call's parameters say about deliveries.
namespace webhookd::admin {

/// From `state`, `handler` and `event`. Errors: argument_invalid.
[[nodiscard]] result<store::delivery_filter> read_delivery_filter(const query& q);

/// Errors: store_not_found, for what is no number.
[[nodiscard]] result<store::delivery_id> read_delivery_id(const std::string& text);

/// Reads the disk. Errors: store_not_found; the store's.
[[nodiscard]] result<store::delivery_record> find_delivery(store::delivery_query& deliveries,
                                                           store::delivery_id id);

} // namespace webhookd::admin
