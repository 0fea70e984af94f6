#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

/// How a document keeps a number that is no plain 64-bit integer: as a NaN whose payload is the address of
/// its text. JSON has no NaN, so nothing else looks like it, and what only keeps numbers never converts them.
namespace webhookd::event {

inline constexpr std::uint64_t quiet_nan = 0x7ff8'0000'0000'0000;
inline constexpr std::uint64_t nan_payload = 0x0007'ffff'ffff'ffff; // RapidJSON itself counts on 48 bits

static_assert(sizeof(const char*) == sizeof(std::uint64_t));

inline double keep_number(const char* text) noexcept {
    return std::bit_cast<double>(quiet_nan | (std::bit_cast<std::uint64_t>(text) & nan_payload));
}

/// Empty for any other double. What follows a number in JSON is none of its characters.
inline std::string_view kept_number(double kept) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(kept);
    if ((bits & ~nan_payload) != quiet_nan || (bits & nan_payload) == 0) return {};
    const auto* text = std::bit_cast<const char*>(bits & nan_payload);
    std::size_t length = 0;
    while (std::string_view("0123456789+-.eE").find(text[length]) != std::string_view::npos)
        ++length;
    return {text, length};
}

} // namespace webhookd::event
