#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/routing/routing_table.hpp>

namespace webhookd::config {

/// The routes of a loaded configuration, in its order: route `i` of the table is `c.routes[i]`, conditions
/// and all. Patterns and conditions must compile, as they do in every configuration that `load_text` hands
/// out; that they do not is a bug and throws std::logic_error.
[[nodiscard]] routing::routing_table make_routing_table(const configuration& c);

} // namespace webhookd::config
