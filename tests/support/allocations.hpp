#pragma once

#include <cstddef>

namespace webhookd::test {

/// How often this thread has called operator new. A program that asks gets an operator new that counts.
[[nodiscard]] std::size_t allocations() noexcept;

/// False under a sanitizer, whose own operator new must stay: then the number is always zero.
[[nodiscard]] bool counts_allocations() noexcept;

} // namespace webhookd::test
