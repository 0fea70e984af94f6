#pragma once

#include <cstddef>
#include <string_view>

namespace webhookd::test {

enum class answer_progress { incomplete, complete, malformed };

/// As much of an HTTP/1.1 answer as a load generator needs; the views are into the bytes that were parsed.
struct http_answer_view {
    answer_progress progress = answer_progress::incomplete;
    int status = 0;
    std::string_view body;
    std::size_t size = 0;   ///< of head and body, when complete
    bool keep_alive = true; ///< no `Connection: close`
};

/// Reads one answer from the start of `bytes`. Needs Content-Length; an answer without (chunked, or until the
/// end of the connection) is malformed here, because none of the servers that are measured sends one.
[[nodiscard]] http_answer_view parse_http_answer(std::string_view bytes) noexcept;

} // namespace webhookd::test
