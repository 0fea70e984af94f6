#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace webhookd::text {

/// Words longer than this are no typing mistakes, and comparing them costs the product of their lengths.
inline constexpr std::size_t longest_word = 64;

/// How many characters must be added, dropped, replaced or swapped with their neighbour to get from one to
/// the other (optimal string alignment). Compares bytes, without regard to case.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that a mistyped word most likely means; nullopt when none is near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> known);

} // namespace webhookd::text
