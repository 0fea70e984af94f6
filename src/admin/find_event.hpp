#pragma once

#include <webhookd/http/message.hpp>
#include <webhookd/store/event_store.hpp>

#include "admin/query.hpp"

namespace webhookd::admin {

/// The event that the request's path names. An id may stand at several endpoints: then the parameter
/// `endpoint` must say which. Reads the disk. Errors: store_not_found, argument_invalid.
[[nodiscard]] result<store::stored_event> find_event(store::event_store& store, const http::request& r,
                                                     const query& q);

} // namespace webhookd::admin
