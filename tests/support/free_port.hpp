#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace webhookd::test {

/// A TCP port of 127.0.0.1 on which nobody listens now: for tests that need a peer which is not there.
/// A random one below those that the kernel gives out itself, so that no other test is likely to take it. Let
/// servers listen on port 0 and tell their port where that is possible.
[[nodiscard]] std::uint16_t free_port();
/// So many different ones.
[[nodiscard]] std::vector<std::uint16_t> free_ports(std::size_t count);

} // namespace webhookd::test
