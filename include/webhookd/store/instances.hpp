#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/outage.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store {

/// A duty for the whole store, done by one instance at a time.
enum class duty {
    retention, ///< purging what is too old
    orphans,   ///< failing deliveries whose handler was removed
};

/// What they are called, in the order of duty.
inline constexpr std::array<std::string_view, 2> duty_words{"retention", "orphans"};
[[nodiscard]] constexpr std::string_view to_string(duty which) {
    return duty_words.at(static_cast<std::size_t>(which));
}

/// The name of an instance that was given none: in tests, and for a single daemon.
inline constexpr std::string_view sole_instance = "sole";

/// The port for the daemons (instances) that work with the store. Blocking. `record_heartbeat` comes from the
/// writer's thread; everything else from any. Durability and errors as event_log has them.
class instances {
public:
    /// Keeps a heartbeat and what was refused, in one transaction. The first one of a run also keeps the
    /// outage between the last heartbeat of the run before, or its end, and this one, whatever the instance
    /// was called then. An engine that one process holds keeps no names.
    virtual result<void> record_heartbeat(const heartbeat& sign) = 0;
    /// Newest end first, at most `limit`.
    virtual result<std::vector<outage>> outages(const outage_search& wanted) = 0;

    /// Whether this instance has the duty, from now on for as long as the lease; a call meanwhile extends it.
    /// No other instance gets it before the lease is over. Always true where one process holds the store,
    /// whatever its name.
    virtual result<bool> try_lead(duty which, std::string_view instance, std::chrono::milliseconds lease) = 0;

protected:
    ~instances() = default;
};

/// One instance, for code that works in its name.
struct this_instance {
    instances& all;
    std::string name{sole_instance};

    [[nodiscard]] result<bool> try_lead(duty which, std::chrono::milliseconds lease) const {
        return all.try_lead(which, name, lease);
    }
};

} // namespace webhookd::store
