#pragma once

#include <webhookd/error.hpp>

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>

namespace webhookd::cli {

inline constexpr std::size_t largest_input = 64 * 1024 * 1024;

/// The whole file, or all of `in` for `-`. Errors: file_unreadable (also beyond `cap` bytes, and for a
/// directory).
[[nodiscard]] result<std::string> read_input(const std::string& path, std::istream& in,
                                             std::size_t cap = largest_input);

} // namespace webhookd::cli
