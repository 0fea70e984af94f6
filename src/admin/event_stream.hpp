#pragma once

#include <webhookd/admin/events.hpp>

#include <memory>

namespace webhookd::admin {

/// `GET /v1/events/stream`: events as they arrive, as server-sent events (WHATWG HTML §9.2).
void add_stream(http::router& router, const std::shared_ptr<const event_sources>& from);

} // namespace webhookd::admin
