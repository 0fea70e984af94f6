#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace webhookd::test {

/// Chooses the moments of a crash test: WEBHOOKD_CRASH_SEED where it is set, to repeat a run as far as the
/// scheduler lets it, else another one each time. Print it.
[[nodiscard]] inline std::uint32_t crash_seed() {
    const char* given = std::getenv("WEBHOOKD_CRASH_SEED");
    return given ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
}

} // namespace webhookd::test
