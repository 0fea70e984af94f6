#pragma once

#include <cstddef>

namespace webhookd::test {

/// How often this thread has called operator new. A program that asks gets an operator new that counts.
[[nodiscard]] std::size_t allocations() noexcept;

} // namespace webhookd::test
