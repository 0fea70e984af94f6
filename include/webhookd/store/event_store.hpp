#pragma once

#include <webhookd/store/circuits.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/event_log.hpp>
#include <webhookd/store/event_query.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/notifications.hpp>
#include <webhookd/store/retention.hpp>

namespace webhookd::store {

/// A storage engine: all ports together, for its owner, who opens and closes it. Every user of the store gets
/// only the ports that its role needs.
class event_store : public event_log,
                    public event_query,
                    public delivery_query,
                    public delivery_queue,
                    public retention,
                    public instances,
                    public circuits,
                    public notifications {
public:
    virtual ~event_store() = default;
};

} // namespace webhookd::store
