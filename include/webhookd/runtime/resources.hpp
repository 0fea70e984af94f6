#pragma once

#include <optional>

namespace webhookd::runtime {

/// Whether an errno tells that this process, or its host, has run out of something (descriptors, memory,
/// threads or processes): nothing that was asked for is wrong, and later it may be had.
[[nodiscard]] bool is_lack_of_resources(int error) noexcept;

/// Whether no descriptor can be opened at this moment. For failures whose reason was lost on the way.
[[nodiscard]] bool descriptors_are_used_up() noexcept;

/// Raises the soft limit of descriptors to the hard one: each connection and each program takes some. Once,
/// before any thread starts.
void raise_descriptor_limit() noexcept;

/// The soft limit before it was raised, which programs that we start must get back: select(2) fails beyond
/// 1024. Nothing: it was not raised.
[[nodiscard]] std::optional<unsigned long> descriptor_limit_before() noexcept;

} // namespace webhookd::runtime
