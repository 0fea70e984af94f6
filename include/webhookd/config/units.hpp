#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd::config {

/// A number of bytes, written `512B`, `16KiB`, `1MiB`, `2GiB`, `1TiB` (binary) or `1kB`, `1MB`, `1GB`, `1TB`
/// (decimal).
struct byte_size {
    std::uint64_t bytes = 0;
    /// A whole number and one unit, as above. nullopt for anything else (blanks, signs, fractions, leading
    /// zeros, a number alone) or an overflow.
    static std::optional<byte_size> parse(std::string_view text) noexcept;
    friend bool operator==(byte_size, byte_size) = default;
};

/// `250ms`, `10s`, `15m`, `2h`, `400d`: a whole number and one unit. nullopt for anything else or for more
/// than 100000 days, so that a duration can be added to any date.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

} // namespace webhookd::config
