#include <webhookd/config/units.hpp>

#include <limits>
#include <utility>

namespace webhookd::config {
namespace {

struct quantity {
    std::uint64_t number;
    std::string_view unit;
};

/// Digits, then a unit; no sign, blank, fraction or leading zero, so that one amount has one spelling.
std::optional<quantity> split(std::string_view text) noexcept {
    std::size_t digits = 0;
    std::uint64_t number = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
        const auto digit = static_cast<std::uint64_t>(text[digits] - '0');
        if (number > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
        number = number * 10 + digit;
    }
    if (digits == 0 || (digits > 1 && text.front() == '0')) return std::nullopt;
    return quantity{number, text.substr(digits)};
}

template <std::size_t N>
std::optional<std::uint64_t> scaled(const quantity& q,
                                    const std::pair<std::string_view, std::uint64_t> (&units)[N],
                                    std::uint64_t max) noexcept {
    for (const auto& [name, factor] : units) {
        if (q.unit != name) continue;
        if (q.number > max / factor) return std::nullopt;
        return q.number * factor;
    }
    return std::nullopt;
}

} // namespace

std::optional<byte_size> byte_size::parse(std::string_view text) noexcept {
    static constexpr std::pair<std::string_view, std::uint64_t> units[] = {
        {"B", 1},
        {"KiB", 1ull << 10},
        {"MiB", 1ull << 20},
        {"GiB", 1ull << 30},
        {"TiB", 1ull << 40},
        {"kB", 1'000},
        {"MB", 1'000'000},
        {"GB", 1'000'000'000},
        {"TB", 1'000'000'000'000},
    };
    const auto q = split(text);
    if (!q) return std::nullopt;
    const auto bytes = scaled(*q, units, std::numeric_limits<std::uint64_t>::max());
    if (!bytes) return std::nullopt;
    return byte_size{*bytes};
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
    static constexpr std::pair<std::string_view, std::uint64_t> units[] = {
        {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000},
    };
    // A hundred thousand days, added to any date of ours, stay within a 64-bit count of microseconds.
    static constexpr std::uint64_t longest = 100'000ull * 86'400'000;
    const auto q = split(text);
    if (!q) return std::nullopt;
    const auto ms = scaled(*q, units, longest);
    if (!ms) return std::nullopt;
    return std::chrono::milliseconds(*ms);
}

} // namespace webhookd::config
