#pragma once

#include <webhookd/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Headers that a forward handler adds.
namespace webhookd::config {

/// Why a header of this name cannot be configured: it is no name (RFC 9110 §5.6.2), or one that the daemon
/// sets itself. nullopt: it can.
[[nodiscard]] std::optional<std::string> header_name_mistake(std::string_view name);

/// What a header's value may contain between `{{` and `}}`; the names are in one table in header.cpp.
enum class header_field {
    event_id,
    event_type,
    event_endpoint,
    event_transaction_id,
    event_object_id,
    event_object_type,
    event_state,
    event_trace_id,
    event_created,
    event_received,
    delivery_id,
    attempt,
};

/// A header's value with fields of the event in it: `tx={{event.transaction_id}}`.
class header_template {
public:
    struct part {
        std::string before; ///< the text in front of the field
        header_field field;
    };

    /// Errors: configuration_invalid. The value may hold secrets: the detail has positions and never a piece.
    [[nodiscard]] static result<header_template> parse(std::string_view text);

    [[nodiscard]] bool is_constant() const noexcept { return parts_.empty(); }
    [[nodiscard]] const std::vector<part>& parts() const noexcept { return parts_; }
    [[nodiscard]] const std::string& end() const noexcept { return end_; } ///< what follows the last field

private:
    std::vector<part> parts_;
    std::string end_;
};

} // namespace webhookd::config
