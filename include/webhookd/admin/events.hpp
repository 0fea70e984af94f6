#pragma once

#include <webhookd/admin/access.hpp>
#include <webhookd/admin/arrivals.hpp>
#include <webhookd/admin/universign_api.hpp>
#include <webhookd/delivery/engine.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/http/router.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/event_store.hpp>
#include <webhookd/store/group_writer.hpp>

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace webhookd::admin {

/// What the API over events works with. Everything outlives the router it is added to, and the readers have
/// ended before the rest goes.
struct event_sources {
    const access& who;
    store::event_store& store;
    store::group_writer& writer;
    delivery::engine& engine;
    const runtime::clock& clock;
    boost::asio::thread_pool& readers; ///< for what may take long
    arrivals& arrived;                 ///< announces every batch that was kept
    universign_api& universign;        ///< stopped before the rest goes
    /// The deliveries that today's routes plan for an event.
    std::function<std::vector<store::planned_delivery>(std::string_view endpoint, const event::envelope&,
                                                       const event::document&)>
        plan;
    /// As many deliveries wait as may.
    std::function<bool()> overloaded;
};

/// For integrators, `GET` of `/v1/event-types`; `/v1/events` with filters, newest first; `/v1/events/count`,
/// `/v1/events.csv` and `/v1/events.ndjson` with the same filters; `/v1/events/{id}` with body, proof,
/// deliveries and the story of its transaction; `/v1/events/report` and `/v1/events/report/compare`, beside
/// Universign's own; `/v1/events/gaps`, what did not arrive; `/v1/events/stream`, a live tail.
/// For admins: `POST /v1/events/{id}/replay?endpoint=&handler=&dry_run=`, which plans its deliveries again,
/// and `POST /v1/events/replay` with the filters of the list, for many, oldest first;
/// `POST /v1/events/purge?created_lt=`; `POST /v1/transactions/{id}/erase`.
void add_events(http::router& router, const event_sources& sources);

} // namespace webhookd::admin
