#pragma once

#include <iosfwd>

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

} // namespace webhookd::cli
