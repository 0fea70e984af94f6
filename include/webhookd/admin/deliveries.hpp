#pragma once

#include <webhookd/admin/access.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/http/router.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/event_store.hpp>
#include <webhookd/store/group_writer.hpp>

#include <boost/asio/thread_pool.hpp>

namespace webhookd::admin {

/// What the API over deliveries works with. Everything outlives the router it is added to.
struct delivery_sources {
    const access& who;
    store::event_store& store;
    store::group_writer& writer;
    delivery::engine& engine;
    const runtime::clock& clock;
    boost::asio::thread_pool& readers; ///< for whatever reads the store; they end before the rest goes
};

/// For integrators: `GET /v1/handlers`; `GET /v1/deliveries?state=&handler=&event=&limit=&cursor=`, newest
/// first; `GET /v1/deliveries/{id}` with its attempts; `POST /v1/deliveries/{id}/retry`, 409 unless it has
/// failed, or waits for its next attempt, its event's body is still kept and its handler configured; `POST
/// /v1/deliveries/retry?state=failed&handler=&event=&limit=`, which answers how many, and names the handlers
/// that it passed over since they are not configured.
void add_deliveries(http::router& router, delivery_sources sources);

} // namespace webhookd::admin
