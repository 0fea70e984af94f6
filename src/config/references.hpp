#pragma once

#include <webhookd/config/load.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::config {

/// The value of a text of the file, with its references filled in.
struct expansion {
    std::string text;                  ///< may hold a secret
    std::string mistake;               ///< empty: none; names the reference, never its value
    bool referenced = false;           ///< at least one reference was filled in
    std::vector<std::string> values{}; ///< of the references
};

/// How strange things after `${` are taken: as mistakes, or, where a shell reads the text, as the shell's
/// own.
enum class other_braces { refuse, keep };

/// Fills in `${env:NAME}`, `${file:/path}` (without one line break at its end) and `${credential:name}`.
/// `$${` is a literal `${`; a `$` before anything else is itself. What is filled in is not searched again.
[[nodiscard]] expansion expand(std::string_view text, const secret_sources& sources, other_braces others);

} // namespace webhookd::config
