#pragma once

#include <webhookd/admin/events.hpp>

#include <memory>

namespace webhookd::admin {

/// `POST /v1/events/{id}/replay` and `POST /v1/events/replay`.
void add_replay(http::router& router, const std::shared_ptr<const event_sources>& from);

} // namespace webhookd::admin
