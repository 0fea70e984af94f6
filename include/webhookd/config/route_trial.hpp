#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/routing/routing_table.hpp>

#include <string>
#include <vector>

/// What the routes of a configuration do with an event, and why. Texts are for people; they quote the event,
/// and so may hold personal data, but never an expanded secret of the configuration.
namespace webhookd::config {

struct trial_event {
    std::string endpoint; ///< empty: not known; then only routes for any endpoint match
    std::string type;
    std::string body; ///< empty: only the type is known
};

/// What becomes of a route.
struct route_finding {
    std::string name;
    /// `depends`: conditions, or those of a final route before it, cannot be judged without a body.
    routing::answer verdict = routing::answer::no;
    std::string why;     ///< empty: its patterns alone decided
    std::string pattern; ///< the first that takes the type; empty where it is only excluded, or by exclusions
    std::vector<std::string> handlers;
    bool final = false;
};

struct trial_outcome {
    std::string left_out;        ///< why the endpoint's `only` leaves the event out; empty: it does not
    std::string left_out_unless; ///< what `only` asks, where no body tells the workspace; empty: nothing
    std::vector<route_finding> routes; ///< in their order; none for an event that is left out
    struct handler {
        std::string name;
        std::string route; ///< the one that it depends on; empty: it runs for certain
    };
    std::vector<handler> handlers; ///< each once, in the order in which they are planned
};

/// The routes and endpoints of one configuration, compiled. Immutable, any thread.
class route_trial {
public:
    explicit route_trial(const configuration& c);

    [[nodiscard]] trial_outcome run(const trial_event& event) const;
    /// The names of its endpoints, in the order of the file.
    [[nodiscard]] std::vector<std::string> endpoints() const;

private:
    std::vector<endpoint> endpoints_;
    std::vector<route> routes_;
    routing::routing_table table_;
};

} // namespace webhookd::config
