#pragma once

#include <webhookd/admin/events.hpp>

#include <memory>

namespace webhookd::admin {

/// `GET /v1/events/report`, Universign's own `events-report` of what was received, and
/// `GET /v1/events/report/compare`, which asks Universign for its own and puts both side by side.
void add_report(http::router& router, const std::shared_ptr<const event_sources>& from);

} // namespace webhookd::admin
