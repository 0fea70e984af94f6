#include "event/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace webhookd::event {

namespace {

bool within(unsigned char byte, unsigned char low, unsigned char high) {
    return byte >= low && byte <= high;
}

/// Length of the character of several bytes at the beginning; 0 for none that is well formed.
std::size_t sequence_length(const unsigned char* p, std::size_t size) {
    const auto continues = [&](std::size_t i) { return i < size && within(p[i], 0x80, 0xbf); };
    const auto second = [&](unsigned char low, unsigned char high) {
        return size > 1 && within(p[1], low, high);
    };
    const unsigned char lead = p[0];
    if (within(lead, 0xc2, 0xdf)) return continues(1) ? 2 : 0;
    if (within(lead, 0xe0, 0xef)) {
        const auto low = static_cast<unsigned char>(lead == 0xe0 ? 0xa0 : 0x80);
        const auto high = static_cast<unsigned char>(lead == 0xed ? 0x9f : 0xbf);
        return second(low, high) && continues(2) ? 3 : 0;
    }
    if (within(lead, 0xf0, 0xf4)) {
        const auto low = static_cast<unsigned char>(lead == 0xf0 ? 0x90 : 0x80);
        const auto high = static_cast<unsigned char>(lead == 0xf4 ? 0x8f : 0xbf);
        return second(low, high) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

} // namespace

std::size_t valid_utf8_prefix(std::string_view bytes) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t i = 0;
    while (i < bytes.size()) {
        std::uint64_t eight = 0;
        if (bytes.size() - i >= sizeof eight) {
            std::memcpy(&eight, p + i, sizeof eight);
            if (!(eight & 0x8080808080808080)) {
                i += sizeof eight;
                continue;
            }
        }
        if (p[i] < 0x80) {
            ++i;
            continue;
        }
        const auto length = sequence_length(p + i, bytes.size() - i);
        if (length == 0) return i;
        i += length;
    }
    return i;
}

} // namespace webhookd::event
