#pragma once

#include <webhookd/admin/events.hpp>

#include <memory>

namespace webhookd::admin {

/// `POST /v1/events/purge?created_lt=&endpoint=&dry_run=&limit=&cursor=`: events go by hand, oldest first,
/// page by page. Those that deliveries wait for stay.
void add_purge(http::router& router, const std::shared_ptr<const event_sources>& from);

} // namespace webhookd::admin
