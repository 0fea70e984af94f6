#pragma once

#include <cstdint>

namespace webhookd::test {

/// A TCP port of 127.0.0.1 on which nobody listens now: for tests that need a peer which is not there.
/// Somebody else may take it at any time, so let servers listen on port 0 and tell their port instead.
[[nodiscard]] std::uint16_t free_port();

} // namespace webhookd::test
