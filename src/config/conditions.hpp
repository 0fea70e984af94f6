#pragma once

#include <webhookd/routing/condition_tree.hpp>

#include "config/object_reader.hpp"

namespace webhookd::config {

/// `when:` of a route. What `in` hands out without an error always compiles.
void read_conditions(object_reader& in, routing::condition_tree& out);

} // namespace webhookd::config
