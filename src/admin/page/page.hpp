#pragma once

#include "admin/page/page_files.hpp"
#include "admin/route.hpp"

#include <span>
#include <string_view>

namespace webhookd::admin {

/// The routes of the page: no part of the API, which the page uses as everybody does.
[[nodiscard]] std::span<const route> page_routes();

/// The file at a path below /console/, in the coding that the client prefers, or 304 where it has that
/// already; 404 where there is none. (RFC 9110 §12.5.3 and §13.1.2, RFC 8246.)
[[nodiscard]] http::response serve_page_file(std::span<const page_file> files, std::string_view path,
                                             const http::fields& asked);

enum class content_coding { identity, gzip, brotli };

/// The coding that a client prefers by its Accept-Encoding (RFC 9110 §12.5.3), and of those that it likes as
/// much the smallest. Identity where it takes no other, whatever it says of that. Empty: it has sent none.
[[nodiscard]] content_coding preferred_coding(std::string_view accept_encoding);

/// Whether If-None-Match names this entity tag (RFC 9110 §13.1.2, weak comparison).
[[nodiscard]] bool names_entity_tag(std::string_view if_none_match, std::string_view tag);

} // namespace webhookd::admin
