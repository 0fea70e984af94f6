#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace webhookd::event {

/// The resource or service that an event is about: the first part of its type, as Universign groups its
/// catalogue.
enum class group { apikey, transaction, action, identity_validation, registration };

/// As in event types: `identity-validation`.
[[nodiscard]] std::string_view to_string(group g) noexcept;

struct event_type {
    std::string_view name; ///< `transaction.lifecycle.completed`
    event::group group;
    std::string_view description; ///< one sentence, without a full stop
};

/// All types that Universign documents, in the order of its documentation. Other types may arrive as well.
[[nodiscard]] std::span<const event_type> catalogue() noexcept;

/// Null when the catalogue does not have it.
[[nodiscard]] const event_type* find_type(std::string_view name) noexcept;

/// The documented type that a mistyped name most likely means; nullopt when none is near.
[[nodiscard]] std::optional<std::string_view> nearest_type(std::string_view name);

struct stall_reason {
    std::string_view name; ///< `signature_refusal`
    std::string_view description;
};

/// The documented reasons of an `action.stalled`. An event may have none (when nobody acted for some time,
/// for example), or another one.
[[nodiscard]] std::span<const stall_reason> stall_reasons() noexcept;

} // namespace webhookd::event
