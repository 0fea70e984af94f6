#pragma once

#include <webhookd/error.hpp>

#include <cstddef>
#include <istream>
#include <string>

namespace webhookd::cli {

/// Where a command reads and writes: results to `out`, everything else to `err`. The streams outlive the
/// command.
struct console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;

    /// The process's own.
    [[nodiscard]] static console standard();
};

inline constexpr std::size_t largest_input = 64 * 1024 * 1024;

/// The whole file, or all of `in` for `-`. Errors: file_unreadable (also beyond `cap` bytes, and for a
/// directory).
[[nodiscard]] result<std::string> read_input(const std::string& path, std::istream& in,
                                             std::size_t cap = largest_input);

} // namespace webhookd::cli
