#include "support/http_answer.hpp"

#include <strings.h>

#include <charconv>
#include <optional>

namespace webhookd::test {

namespace {

bool same(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <class Number>
std::optional<Number> number(std::string_view digits) noexcept {
    Number value{};
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return value;
}

constexpr std::size_t longest_head = 16 * 1024;

} // namespace

http_answer_view parse_http_answer(std::string_view bytes) noexcept {
    http_answer_view answer;
    const auto malformed = [&] {
        answer.progress = answer_progress::malformed;
        return answer;
    };
    const auto head_end = bytes.find("\r\n\r\n");
    if (head_end == bytes.npos) return bytes.size() > longest_head ? malformed() : answer;

    auto head = bytes.substr(0, head_end + 2);
    if (head.size() < 13 || !head.starts_with("HTTP/1.1 ")) return malformed();
    const auto status = number<int>(head.substr(9, 3));
    if (!status) return malformed();
    answer.status = *status;
    head.remove_prefix(head.find("\r\n") + 2);

    std::optional<std::size_t> length;
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        const auto colon = line.find(':');
        if (colon == line.npos) return malformed();
        auto value = line.substr(colon + 1);
        while (value.starts_with(' '))
            value.remove_prefix(1);
        if (same(line.substr(0, colon), "Content-Length")) {
            if (length || !(length = number<std::size_t>(value))) return malformed();
        } else if (same(line.substr(0, colon), "Connection")) {
            answer.keep_alive = !same(value, "close");
        }
    }
    if (!length) return malformed();
    const auto rest = bytes.substr(head_end + 4);
    if (rest.size() < *length) return answer;
    answer.progress = answer_progress::complete;
    answer.body = rest.substr(0, *length);
    answer.size = head_end + 4 + *length;
    return answer;
}

} // namespace webhookd::test
