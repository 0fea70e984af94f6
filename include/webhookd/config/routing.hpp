#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/routing/routing_table.hpp>

namespace webhookd::config {

/// The routes of a loaded configuration, in its order: route `i` of the table is `c.routes[i]`. The table
/// knows no conditions: a route with `when` matches there as if they held, and then, final or not, decides
/// nothing by itself; ask `c.routes[i].when` before believing it. For that reason such a route is never final
/// in the table. Patterns must parse, as they do in every configuration that `load_text` hands out; that they
/// do not is a bug and throws std::logic_error.
[[nodiscard]] routing::routing_table make_routing_table(const configuration& c);

} // namespace webhookd::config
