#pragma once

#include <string_view>

namespace webhookd::admin {

enum class content_coding { identity, gzip, brotli };

/// The coding that a client prefers by its Accept-Encoding (RFC 9110 §12.5.3), and of those that it likes as
/// much the smallest. Identity where it takes no other, whatever it says of that. Empty: it has sent none.
[[nodiscard]] content_coding preferred_coding(std::string_view accept_encoding);

/// Whether If-None-Match names this entity tag (RFC 9110 §13.1.2, weak comparison).
[[nodiscard]] bool names_entity_tag(std::string_view if_none_match, std::string_view tag);

} // namespace webhookd::admin
