#pragma once

#include <webhookd/handler/handler.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::handler::forward {

/// A header's value with fields of the event in it: `tx={{event.transaction_id}}`. The names of the fields
/// stand in make_forward_handler's contract, and in one table in header_template.cpp.
class header_template {
public:
    /// Errors: configuration_invalid. The value may hold secrets: the detail has positions and never a piece.
    static result<header_template> parse(std::string_view text);

    [[nodiscard]] bool is_constant() const noexcept { return parts_.empty(); }
    /// Appends the value for one attempt.
    void render(const delivery& d, std::string& out) const;

private:
    using write_field = void (*)(const delivery&, std::string&);
    struct part {
        std::string before; ///< the text in front of the field
        write_field field;
    };
    static write_field find(std::string_view name);
    static std::string names();

    std::vector<part> parts_;
    std::string end_;
};

/// Appends the printable ASCII of an event's text: line breaks, control characters and other bytes could
/// begin a header of their own, or be read differently by different receivers.
void append_header_text(std::string_view text, std::string& out);

} // namespace webhookd::handler::forward
