#pragma once

#include <optional>

namespace webhookd::runtime {

/// Whether an errno means that this process, or its host, has run out of a resource (descriptors, memory,
/// threads or processes): the request was correct, and may succeed later.
[[nodiscard]] bool is_lack_of_resources(int error) noexcept;

/// Whether no descriptor can be opened at this moment. For failures whose reason was lost on the way.
[[nodiscard]] bool descriptors_are_used_up() noexcept;

/// Raises the soft limit of descriptors to the hard one: each connection and each program takes some. Once,
/// before any thread starts.
void raise_descriptor_limit() noexcept;

/// The soft limit before it was raised, which programs that we start must get back: select(2) fails beyond
/// 1024. nullopt: it was not raised.
[[nodiscard]] std::optional<unsigned long> descriptor_limit_before() noexcept;

} // namespace webhookd::runtime
