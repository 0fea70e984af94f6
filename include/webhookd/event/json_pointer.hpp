#pragma once

#include <webhookd/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::event {

/// Names one value within a JSON document (RFC 6901): `/payload/object/state`; the empty pointer is the whole
/// document. Parsed once, used often. Immutable, any thread.
/// Not RapidJSON's: that one takes the first of several members of one name where a document takes the last,
/// reads `#` and percent-escapes as well, and knows no bound.
class json_pointer {
public:
    /// Errors: argument_invalid (neither empty nor starting with `/`, a `~` without 0 or 1, more than 64
    /// steps).
    [[nodiscard]] static result<json_pointer> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// The names of the steps, unescaped.
    [[nodiscard]] const std::vector<std::string>& steps() const noexcept { return steps_; }

private:
    std::string text_;
    std::vector<std::string> steps_;
};

} // namespace webhookd::event
