#pragma once

#include <webhookd/admin/events.hpp>

#include <memory>

namespace webhookd::admin {

/// `GET /v1/events.csv` and `GET /v1/events.ndjson`: everything that the filters choose, newest first.
void add_export(http::router& router, const std::shared_ptr<const event_sources>& from);

} // namespace webhookd::admin
