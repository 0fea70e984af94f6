#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd::demo {

/// The same values for the same seed on every machine (splitmix64), which the standard's distributions do not
/// promise. One thread.
class random_source {
public:
    explicit random_source(std::uint64_t seed)
        : state_(seed) {}

    [[nodiscard]] std::uint64_t next() {
        auto x = state_ += 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
    /// From 0 to `bound` - 1; 0 for a bound of 0.
    [[nodiscard]] std::int64_t below(std::int64_t bound) {
        return bound <= 0 ? 0 : static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
    }
    [[nodiscard]] bool chance(int percent) { return below(100) < percent; }
    template <class List>
    [[nodiscard]] const auto& pick(const List& list) {
        return list[static_cast<std::size_t>(below(static_cast<std::int64_t>(list.size())))];
    }
    /// As Universign's ids look: `tx_kjUrv1SCjH90`.
    [[nodiscard]] std::string id(std::string_view prefix, std::size_t length) {
        static constexpr std::string_view alphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        std::string made(prefix);
        made += '_';
        while (length-- > 0)
            made += pick(alphabet);
        return made;
    }

private:
    std::uint64_t state_;
};

} // namespace webhookd::demo
