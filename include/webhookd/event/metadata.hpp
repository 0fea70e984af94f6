#pragma once

#include <webhookd/event/document.hpp>

#include <cstddef>
#include <string>

namespace webhookd::event {

/// Larger metadata is not searched.
inline constexpr std::size_t max_metadata = 16 * 1024;

/// What the event's object carries as its owner's own labels (`payload.object.metadata`), as compact JSON.
/// Empty when there is none, when it is no object, and beyond `max_metadata` bytes.
[[nodiscard]] std::string metadata_text(const document& body);

} // namespace webhookd::event
