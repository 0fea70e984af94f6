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

} // namespace webhookd::admin
