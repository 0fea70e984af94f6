#pragma once

#include <webhookd/config/config.hpp>

#include "config/object_reader.hpp"

#include <string>
#include <vector>

namespace webhookd::config {

struct written_route {
    config::route route;
    place at;
    std::string path;
};

/// Warns about routes that no event can reach, because they exclude all that they name or because earlier
/// final routes take all of theirs, and about those that only repeat an earlier one. Quiet in doubt.
void report_dead_routes(reading& in, const std::vector<written_route>& routes);

} // namespace webhookd::config
