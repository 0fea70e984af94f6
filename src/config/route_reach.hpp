#pragma once

#include <webhookd/config/config.hpp>

#include "config/object_reader.hpp"

#include <string>
#include <vector>

namespace webhookd::config {

/// `when:` of a route.
void read_conditions(object_reader& in, std::vector<condition>& out);

struct written_route {
    config::route route;
    place at;
    std::string path;
};

/// Warns about routes that no event can reach, because an earlier final route takes all of theirs, and about
/// those that only repeat an earlier one.
void report_dead_routes(reading& in, const std::vector<written_route>& routes);

} // namespace webhookd::config
