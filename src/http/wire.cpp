#include "http/wire.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <iterator>

namespace webhookd::http {

namespace {

std::string_view single_line(std::string_view text) {
    return text.substr(0, text.find_first_of("\r\n"));
}

/// IMF-fixdate (RFC 9110 §5.6.7), made once a second on each thread.
std::string_view date_now() {
    thread_local std::time_t made_at = -1;
    thread_local std::string text;
    const auto now = std::time(nullptr);
    if (now == made_at) return text;
    std::tm utc{};
    gmtime_r(&now, &utc);
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    text = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[static_cast<std::size_t>(utc.tm_wday)],
                       utc.tm_mday, months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                       utc.tm_hour, utc.tm_min, utc.tm_sec);
    made_at = now;
    return text;
}

bool may_have_body(status s) {
    const auto code = static_cast<unsigned>(s);
    return code >= 200 && s != status::no_content && s != status::not_modified;
}

} // namespace

std::string to_wire(const response& r, const wire_options& options) {
    std::string out;
    out.reserve(200 + r.body.size());
    const auto reason = boost::beast::http::obsolete_reason(r.status);
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", static_cast<unsigned>(r.status),
                   std::string_view(reason.data(), reason.size()));
    fmt::format_to(std::back_inserter(out), "Date: {}\r\n", date_now());
    if (may_have_body(r.status)) {
        const auto size = r.constant.empty() ? r.body.size() : r.constant.size();
        if (size != 0 || r.stream)
            fmt::format_to(std::back_inserter(out), "Content-Type: {}\r\n", single_line(r.content_type));
        if (!r.stream)
            fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", size);
        else if (!options.http_1_0)
            out += "Transfer-Encoding: chunked\r\n";
    }
    for (const auto& [name, value] : r.headers)
        fmt::format_to(std::back_inserter(out), "{}: {}\r\n", single_line(name), single_line(value));
    if (!options.keep_alive)
        out += "Connection: close\r\n";
    else if (options.http_1_0)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
    if (may_have_body(r.status) && !options.head) out += r.body;
    return out;
}

std::string to_chunk(std::string piece, const wire_options& options) {
    if (options.http_1_0) return piece;
    if (piece.empty()) return "0\r\n\r\n";
    auto chunk = fmt::format("{:x}\r\n", piece.size());
    chunk.reserve(chunk.size() + piece.size() + 2);
    chunk += piece;
    return chunk += "\r\n";
}

std::size_t empty_lines(std::string_view bytes) noexcept {
    std::size_t size = 0;
    while (bytes.substr(size).starts_with("\r\n"))
        size += 2;
    return size;
}

head_progress scan_head(std::string_view bytes) noexcept {
    std::size_t line = 0;
    for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', line)) {
        if (at == line || bytes[at - 1] != '\r') return head_progress::malformed;
        if (at - line == 1) return head_progress::complete;
        line = at + 1;
    }
    return head_progress::incomplete;
}

} // namespace webhookd::http
