#pragma once

#include <webhookd/store/delivery.hpp>

#include "admin/json.hpp"

namespace webhookd::admin {

/// As the API writes it: pending, successful, failed.
[[nodiscard]] const char* name_of(store::delivery_state s);

/// Leaves the object open, for more members.
void write(json_answer& json, const store::delivery_record& d);
void write(json_answer& json, const store::attempt& a);

} // namespace webhookd::admin
