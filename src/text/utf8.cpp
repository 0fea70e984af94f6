#include <webhookd/text/utf8.hpp>

#include <utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace webhookd::text {
namespace {

constexpr std::size_t longest_character = 4;

/// Where the ASCII that `bytes` begin with ends, or up to seven bytes before. Most input is ASCII, for which
/// the library alone takes seven times as long.
std::size_t ascii_prefix(std::string_view bytes) noexcept {
    std::size_t i = 0;
    for (std::uint64_t eight = 0; bytes.size() - i >= sizeof eight; i += sizeof eight) {
        std::memcpy(&eight, bytes.data() + i, sizeof eight);
        if (eight & 0x8080808080808080) break;
    }
    return i;
}

} // namespace

std::size_t valid_utf8_prefix(std::string_view bytes) noexcept {
    // Short pieces, so that the fast path is soon used again after an accent.
    constexpr std::size_t piece = 32;
    std::size_t valid = 0;
    while ((valid += ascii_prefix(bytes.substr(valid))) < bytes.size()) {
        const auto next = bytes.substr(valid, piece);
        const auto found = std::min(utf8::find_invalid(next), next.size());
        if (found == 0) break; // else only the end of the piece may have cut a character
        valid += found;
    }
    return valid;
}

character take_character(std::string_view& rest) noexcept {
    const auto* at = rest.data();
    auto next = rest.substr(0, longest_character);
    if (static_cast<unsigned char>(*at) < 0x80)
        next = next.substr(0, 1);
    else if (utf8::find_invalid(next) == 0)
        next = {};
    character first{rest.substr(0, 1), std::nullopt};
    if (!next.empty()) {
        const auto* end = at;
        first.code = utf8::unchecked::next(end);
        first.bytes = rest.substr(0, static_cast<std::size_t>(end - at));
    }
    rest.remove_prefix(first.bytes.size());
    return first;
}

} // namespace webhookd::text
