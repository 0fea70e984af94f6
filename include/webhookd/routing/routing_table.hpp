#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/routing/condition.hpp>
#include <webhookd/routing/pattern.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::routing {

/// One line of the table.
struct route {
    std::string name;
    pattern_list match;
    std::string endpoint; ///< empty: any
    std::vector<std::string> handlers;
    bool final = false;
    std::optional<condition> when = {}; ///< nullopt: always
};

/// Whether a route takes an event of which the body is not known.
enum class answer { no, depends, yes };

/// Event → the handlers to run, in the order of the file. Every route that matches adds its handlers, each
/// handler once; a final route that matches ends the search. Immutable, any thread.
class routing_table {
public:
    explicit routing_table(std::vector<route> routes);

    /// Fills `found` with indices into `handlers()`, in order, each once. With a `found` that is used again
    /// nothing is allocated, but for what regular expressions do (see `condition::holds`).
    void match(std::string_view endpoint, std::string_view type, const event::document& body,
               std::vector<std::size_t>& found) const;
    [[nodiscard]] std::vector<std::size_t> match(std::string_view endpoint, std::string_view type,
                                                 const event::document& body) const;
    /// Every handler that may run for such an event, whatever its body says.
    [[nodiscard]] std::vector<std::size_t> match(std::string_view endpoint, std::string_view type) const;

    /// Indices into `routes()` of the routes that match, in order, up to and with the first final one.
    [[nodiscard]] std::vector<std::size_t> matching_routes(std::string_view endpoint, std::string_view type,
                                                           const event::document& body) const;
    /// For each route whether it takes such an event: `depends` when its own condition decides, or that of a
    /// final route before it.
    [[nodiscard]] std::vector<answer> answers(std::string_view endpoint, std::string_view type) const;

    [[nodiscard]] const std::vector<std::string>& handlers() const noexcept { return handlers_; }
    [[nodiscard]] const std::vector<route>& routes() const noexcept { return routes_; }

private:
    std::vector<route> routes_;
    std::vector<std::string> handlers_;
    std::vector<std::vector<std::size_t>> handler_indices_; ///< for each route, into handlers_
};

} // namespace webhookd::routing
