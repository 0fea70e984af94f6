#pragma once

#include <webhookd/routing/pattern.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::routing {

/// One line of the table. Conditions on the event's content (`when`) come with the dispatch engine.
struct route {
    std::string name;
    pattern_list match;
    std::string endpoint; ///< empty: any
    std::vector<std::string> handlers;
    bool final = false;
};

/// Event → the handlers that shall run, in the order of the file. Every route that matches adds its handlers,
/// each handler once; a final route that matches ends the search. Immutable, any thread.
class routing_table {
public:
    explicit routing_table(std::vector<route> routes);

    /// Indices into `handlers()`, in order, each once.
    [[nodiscard]] std::vector<std::size_t> match(std::string_view endpoint, std::string_view type) const;
    /// Indices into `routes()` of the routes that match, in order, up to and with the first final one.
    [[nodiscard]] std::vector<std::size_t> matching_routes(std::string_view endpoint,
                                                           std::string_view type) const;

    [[nodiscard]] const std::vector<std::string>& handlers() const noexcept { return handlers_; }
    [[nodiscard]] const std::vector<route>& routes() const noexcept { return routes_; }

private:
    std::vector<route> routes_;
    std::vector<std::string> handlers_;
    std::vector<std::vector<std::size_t>> handler_indices_; ///< for each route, into handlers_
};

} // namespace webhookd::routing
