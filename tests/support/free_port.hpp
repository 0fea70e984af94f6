#pragma once

#include <cstdint>

namespace webhookd::test {

/// A TCP port of 127.0.0.1 on which nobody listens now: for tests that need a peer which is not there.
/// By chance from below those that the kernel gives to whoever asks for any, so that no other test is likely
/// to take it. Let servers listen on port 0 and tell their port where that is possible.
[[nodiscard]] std::uint16_t free_port();

} // namespace webhookd::test
