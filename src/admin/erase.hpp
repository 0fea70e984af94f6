#pragma once

#include <webhookd/admin/events.hpp>

#include <memory>

namespace webhookd::admin {

/// `POST /v1/transactions/{id}/erase?endpoint=&dry_run=`: what may be personal of a transaction's events
/// goes, from the database's files too. 404 without such events. May be repeated, and must be where the
/// answer was no 200.
void add_erase(http::router& router, const std::shared_ptr<const event_sources>& from);

} // namespace webhookd::admin
