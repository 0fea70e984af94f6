#pragma once

#include <webhookd/http/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace webhookd::http {

/// How a response goes out on this connection, for this request.
struct wire_options {
    bool keep_alive = true;
    bool http_1_0 = false; ///< the client must be told that the connection stays (RFC 9112 §9.3)
    bool head = false;     ///< answer to HEAD: the length of the body, but not the body
};

/// The response as bytes, without what its `stream` produces and without its `constant`. Header values with
/// line breaks (a bug) are cut at the break, so that nothing can be smuggled.
[[nodiscard]] std::string to_wire(const response& r, const wire_options& options);

/// A piece of a body in the chunked coding (RFC 9112 §7.1), as it is where the client does not know that. An
/// empty one is the body's end.
[[nodiscard]] std::string to_chunk(std::string piece, const wire_options& options);

/// How far a request's head has come.
enum class head_progress {
    incomplete,
    complete, ///< complete, with its empty line
    malformed ///< one of its lines ends with LF alone
};

/// Size of the empty lines before a request line, which a server passes over (RFC 9112 §2.2).
[[nodiscard]] std::size_t empty_lines(std::string_view bytes) noexcept;

/// `bytes` begin with the request line. The parser looks for an empty line of CRLF only, and would wait for
/// one for ever where lines end with LF.
[[nodiscard]] head_progress scan_head(std::string_view bytes) noexcept;

} // namespace webhookd::http
