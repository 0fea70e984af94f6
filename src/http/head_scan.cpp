#include "http/head_scan.hpp"

namespace webhookd::http {

std::size_t empty_lines(std::string_view bytes) noexcept {
    std::size_t size = 0;
    while (bytes.substr(size).starts_with("\r\n"))
        size += 2;
    return size;
}

head_progress look_at_head(std::string_view bytes) noexcept {
    std::size_t line = 0;
    for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', line)) {
        if (at == line || bytes[at - 1] != '\r') return head_progress::malformed;
        if (at - line == 1) return head_progress::complete;
        line = at + 1;
    }
    return head_progress::incomplete;
}

} // namespace webhookd::http
