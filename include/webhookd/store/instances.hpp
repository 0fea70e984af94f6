#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/outage.hpp>

#include <vector>

namespace webhookd::store {

/// The port for the daemon's own life. Blocking. `record_life` comes from the writer's thread; `outages` from
/// any. Durability and errors as event_log has them.
class instances {
public:
    /// Keeps a sign of life and what was refused, in one transaction. The first one of a run keeps beside it
    /// the outage between the last sign of the run before, or its end, and this one.
    virtual result<void> record_life(const life_sign& sign) = 0;
    /// Newest end first, at most `limit`.
    virtual result<std::vector<outage>> outages(const outage_search& wanted) = 0;

protected:
    ~instances() = default;
};

} // namespace webhookd::store
