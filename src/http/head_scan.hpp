#pragma once

#include <cstddef>
#include <string_view>

namespace webhookd::http {

/// How far a request's head has come.
enum class head_progress {
    incomplete,
    complete, ///< up to its empty line
    malformed ///< a line of it ends with LF alone
};

/// Size of the empty lines before a request line, which a server passes over (RFC 9112 §2.2).
[[nodiscard]] std::size_t empty_lines(std::string_view bytes) noexcept;

/// `bytes` begin with the request line. The parser looks for an empty line of CRLF only, and would wait for
/// one for ever where lines end with LF.
[[nodiscard]] head_progress look_at_head(std::string_view bytes) noexcept;

} // namespace webhookd::http
