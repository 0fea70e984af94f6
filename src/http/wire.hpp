#pragma once

#include <webhookd/http/message.hpp>

#include <string>

namespace webhookd::http {

/// How a response goes out on this connection, for this request.
struct wire_options {
    bool keep_alive = true;
    bool http_1_0 = false; ///< the client must be told that the connection stays (RFC 9112 §9.3)
    bool head = false;     ///< answer to HEAD: the length of the body, but not the body
};

/// The response as bytes. Header values with line breaks (a bug) are cut at the break, so that nothing can be
/// smuggled.
[[nodiscard]] std::string to_wire(const response& r, const wire_options& options);

} // namespace webhookd::http
