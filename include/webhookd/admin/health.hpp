#pragma once

#include <webhookd/admin/access.hpp>
#include <webhookd/http/router.hpp>
#include <webhookd/ingest/key_ring.hpp>
#include <webhookd/runtime/roll_call.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/purger.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <string>

namespace webhookd::admin {

/// What readiness looks at. Everything outlives the router it is added to.
struct health_sources {
    const store::group_writer& writer;
    std::map<std::string, const ingest::key_ring*>
        key_rings; ///< by endpoint; null where signatures are disabled
    const std::atomic<bool>& stopping;
    const runtime::roll_call* roll = nullptr; ///< of the threads that must turn
    const store::purger* purger = nullptr;    ///< tells whether the clock is to be believed
    std::function<bool()> queue_full;         ///< every webhook is refused, because too many deliveries wait
};

/// `GET /healthz`: 200 while the process answers at all. `GET /readyz`: 200 when events can be accepted, else
/// 503; its body says what stands in the way: the store, a full queue, an endpoint without keys, a thread
/// that stands still, a shutdown. A clock in doubt is told and stands in nobody's way. Both need no token
/// unless `admin.public` says so.
void add_health(http::router& router, const access& who, health_sources sources);

} // namespace webhookd::admin
