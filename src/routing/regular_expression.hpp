#pragma once

#include <webhookd/error.hpp>

#include <memory>
#include <string_view>

namespace re2 {
class RE2;
}

namespace webhookd::routing {

/// A compiled regular expression, shared by the copies of a condition. Immutable, any thread.
class regular_expression {
public:
    /// As `check_regular_expression` says.
    static result<regular_expression> compile(std::string_view text, bool quote);

    /// Whether it finds something anywhere in the text.
    [[nodiscard]] bool finds(std::string_view text) const;

private:
    explicit regular_expression(std::shared_ptr<const re2::RE2> compiled) noexcept;

    std::shared_ptr<const re2::RE2> compiled_;
};

} // namespace webhookd::routing
