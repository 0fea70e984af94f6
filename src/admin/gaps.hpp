#pragma once

#include <webhookd/admin/events.hpp>

#include <memory>

namespace webhookd::admin {

/// `GET /v1/events/gaps?created_gt=&created_lt=&endpoint=&grace=&limit=&cursor=`: events that must have been
/// sent and did not arrive, by the stories of their transactions; on the first page also the outages of the
/// period. `grace` is in seconds.
void add_gaps(http::router& router, const std::shared_ptr<const event_sources>& from);

} // namespace webhookd::admin
