#include <webhookd/event/number.hpp>

#include "event/parse.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace webhookd::event {
namespace {

/// Below it every number without an exponent is in the range of doubles.
constexpr std::size_t harmless_length = 300;

bool may_be_large(std::string_view number) {
    return number.size() > harmless_length || number.find_first_of("eE") != std::string_view::npos;
}

constexpr std::size_t escape_size = 6; // \uXXXX
constexpr auto none = std::string_view::npos;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

enum class half { neither, high, low };

half surrogate_at(std::string_view json, std::size_t at) {
    if (at + escape_size > json.size() || json[at] != '\\' || json[at + 1] != 'u') return half::neither;
    if ((json[at + 2] | 0x20) != 'd' || !is_hex(json[at + 3]) || !is_hex(json[at + 4]) ||
        !is_hex(json[at + 5]))
        return half::neither;
    const char c = json[at + 3];
    if (c < '8' || (c >= 'A' && (c | 0x20) > 'f')) return half::neither;
    return c == '8' || c == '9' || (c | 0x20) == 'a' || (c | 0x20) == 'b' ? half::high : half::low;
}

/// Position of the next lone surrogate escape.
std::size_t next_lone(std::string_view json, std::size_t from) {
    while (from < json.size()) {
        const void* backslash = std::memchr(json.data() + from, '\\', json.size() - from);
        if (!backslash) return none;
        const auto at = static_cast<std::size_t>(static_cast<const char*>(backslash) - json.data());
        const auto first = surrogate_at(json, at);
        if (first == half::neither) {
            from = at + 2; // over the escaped character, which may be a backslash
        } else if (first == half::high && surrogate_at(json, at + escape_size) == half::low) {
            from = at + 2 * escape_size;
        } else {
            return at;
        }
    }
    return none;
}

} // namespace

std::vector<hidden_number> hide_large_numbers(char* json, std::size_t size) {
    std::vector<hidden_number> hidden;
    const std::string_view text(json, size);
    bool in_string = false;
    for (std::size_t i = 0; i < size; ++i) {
        if (in_string) {
            if (json[i] == '\\')
                ++i;
            else if (json[i] == '"')
                in_string = false;
            continue;
        }
        if (json[i] == '"') in_string = true;
        if (json[i] != '-' && (json[i] < '0' || json[i] > '9')) continue;
        const auto end = std::min(text.find_first_not_of("0123456789+-.eE", i), size);
        const auto number = text.substr(i, end - i);
        if (may_be_large(number) && decimal::parse(number)) {
            hidden.push_back({json + i, std::string(number)});
            std::fill(json + i, json + end, '0'); // 0.00: with an exponent it has three characters at least
            json[i + 1] = '.';
        }
        i = end - 1;
    }
    return hidden;
}

std::string_view number_at(const std::vector<hidden_number>& hidden, std::string_view text) {
    const auto found = std::lower_bound(
        hidden.begin(), hidden.end(), text.data(),
        [](const hidden_number& h, const char* at) { return std::less<const char*>()(h.at, at); });
    return found != hidden.end() && found->at == text.data() ? std::string_view(found->text) : text;
}

bool has_lone_surrogates(std::string_view json) noexcept {
    return next_lone(json, 0) != none;
}

std::string without_lone_surrogates(std::string_view json) {
    std::string mended(json);
    for (auto at = next_lone(json, 0); at != none; at = next_lone(json, at + escape_size))
        mended.replace(at, escape_size, "\\ufffd");
    return mended;
}

} // namespace webhookd::event
