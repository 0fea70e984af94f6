#pragma once

#include <cstdlib>
#include <string_view>

namespace webhookd::test {

/// Whether a test shall take the time that it needs for a release (`./dev test --long`), and not CI's.
[[nodiscard]] inline bool is_long_run() {
    const char* given = std::getenv("WEBHOOKD_LONG");
    return given != nullptr && std::string_view{given} == "1";
}

} // namespace webhookd::test
