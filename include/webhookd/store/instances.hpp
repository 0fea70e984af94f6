#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/outage.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
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

/// How often an instance tells that it lives, where several share the store: one that is silent for three of
/// these, which is a lease, counts as gone. Where one process holds the store, nobody waits for it.
inline constexpr std::chrono::seconds shared_heartbeat_interval{10};
inline constexpr std::chrono::minutes sole_heartbeat_interval{1};
/// As many instances as are listed at most.
inline constexpr std::size_t most_instances = 100;

/// Whether an instance is there, by the engine's clock.
enum class presence {
    running,
    stopped, ///< it ended in good order
    gone     ///< it has been silent for a lease: it was killed, hangs, or cannot reach the store
};

/// What they are called, in the order of presence.
inline constexpr std::array<std::string_view, 3> presence_words{"running", "stopped", "gone"};
[[nodiscard]] constexpr std::string_view to_string(presence is) {
    return presence_words.at(static_cast<std::size_t>(is));
}

/// What the store knows of an instance. `told` is what it told last, without its handlers.
struct instance_record {
    std::string name;     ///< as it was configured: nothing keeps two from having one
    bool is_self = false; ///< it is the one that was asked
    store::presence presence = store::presence::running;
    timestamp since;          ///< the first heartbeat of this run, by the instance's own clock
    timestamp last_heartbeat; ///< by the same
    instance_state told = {};
    std::vector<duty> leads = {}; ///< in the order of duty
};

/// Whether instances that run have different configurations, and so do different things with the same event.
[[nodiscard]] inline bool have_drifted(std::span<const instance_record> all) {
    const instance_record* first = nullptr;
    for (const auto& each : all) {
        if (each.presence != presence::running) continue;
        if (first != nullptr && each.told.fingerprint != first->told.fingerprint) return true;
        first = &each;
    }
    return false;
}

/// The names that more than one instance that runs has: a configuration was copied as it is, or two
/// containers have one host name.
[[nodiscard]] inline std::set<std::string, std::less<>> shared_names(std::span<const instance_record> all) {
    std::set<std::string, std::less<>> seen;
    std::set<std::string, std::less<>> shared;
    for (const auto& each : all)
        if (each.presence == presence::running && !seen.insert(each.name).second) shared.insert(each.name);
    return shared;
}

/// The port for the daemons (instances) that work with the store. Blocking. `record_heartbeat` comes from the
/// writer's thread; everything else from any. Durability and errors as event_log has them.
class instances {
public:
    /// Keeps a heartbeat, what was refused, and what the instance tells of itself, in one transaction. The
    /// first one of a run also keeps the outage between the last heartbeat of any instance, or its end, and
    /// this one. Where another instance may have lived meanwhile, that is kept only once it is known that
    /// none did: within a lease. An engine that one process holds keeps no names.
    virtual result<void> record_heartbeat(const heartbeat& sign) = 0;
    /// Those that run first, then by name; at most `limit`. One that does not run any more is forgotten after
    /// a day, or when one of its name follows it; two that run with one name are both there. Where one
    /// process holds the store: that one, after its first heartbeat, from memory.
    virtual result<std::vector<instance_record>> list_instances(std::size_t limit) = 0;
    /// The handlers of all other instances that run. Empty where one process holds the store.
    virtual result<std::set<std::string, std::less<>>> handlers_elsewhere() = 0;
    /// What fingerprints of configurations are keyed with: random, the same for all instances that share the
    /// store, and never shown. Where one process holds the store, another one each time that it is opened.
    [[nodiscard]] virtual std::string fingerprint_key() const = 0;
    /// Newest end first, at most `limit`.
    virtual result<std::vector<outage>> outages(const outage_search& wanted) = 0;

    /// Whether another instance that runs had this one's name at the last heartbeat. Two with one name work
    /// as any two do, but people cannot tell them apart. Cheap. False where one process holds the store.
    [[nodiscard]] virtual bool shares_name() const noexcept = 0;

    /// Whether this instance has the duty, from now on for as long as the lease; a call meanwhile extends it.
    /// No other instance gets it before the lease is over, nor does this one's next run, unless the last
    /// heartbeat gave it up. Always true where one process holds the store.
    virtual result<bool> try_lead(duty which, std::chrono::milliseconds lease) = 0;

protected:
    ~instances() = default;
};

/// One instance, for code that works in its name.
struct this_instance {
    instances& all;
    std::string name{sole_instance};

    [[nodiscard]] result<bool> try_lead(duty which, std::chrono::milliseconds lease) const {
        return all.try_lead(which, lease);
    }
};

} // namespace webhookd::store
