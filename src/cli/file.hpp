#pragma once

#include <webhookd/error.hpp>

#include <sys/types.h>

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

/// Writes a file that is either there whole, with exactly these permissions, or not there. Errors:
/// file_unwritable (also when it exists and `replace` is false, and for a link or whatever is no regular
/// file).
[[nodiscard]] result<void> write_whole_file(const std::string& path, std::string_view bytes, mode_t mode,
                                            bool replace);

} // namespace webhookd::cli
