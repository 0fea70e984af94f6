#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/routing/pattern.hpp>

#include "config/object_reader.hpp"

#include <string>
#include <vector>

namespace webhookd::config {

/// Whether every type that `inner` takes, `outer` takes too. A no may be a mistake, a yes never is.
[[nodiscard]] bool covers(const routing::pattern& outer, const routing::pattern& inner);

/// Which types a list of patterns takes, for comparison with others.
class type_reach {
public:
    explicit type_reach(const routing::pattern_list& list);

    /// The patterns through which it takes types: the plain ones, or `*` where there are only exclusions,
    /// without those that it excludes altogether. Empty: it takes nothing.
    [[nodiscard]] const std::vector<routing::pattern>& parts() const noexcept { return parts_; }

    /// Whether every type that `inner` takes through its `part` is taken here too. A no may be a mistake.
    /// Costs the product of both lists' lengths at most.
    [[nodiscard]] bool covers(const type_reach& inner, const routing::pattern& part) const;

private:
    std::vector<routing::pattern> parts_;
    std::vector<routing::pattern> excluded_;
};

struct written_route {
    config::route route;
    location at;
    std::string path;
};

/// Warns about routes that no event can reach, because they exclude all that they name or because earlier
/// final routes take all of theirs, and about those that only repeat an earlier one. Quiet in doubt.
void report_dead_routes(load_pass& in, const std::vector<written_route>& routes);

} // namespace webhookd::config
