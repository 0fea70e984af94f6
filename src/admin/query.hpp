#pragma once

#include <webhookd/error.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::admin {

/// Beyond every row's number, and far from where int64 ends: JSON's integers are exact up to here.
inline constexpr std::int64_t largest_row = std::int64_t{1} << 53;

/// The parameters of a URL's query, percent-decoded (`+` is a blank).
class query {
public:
    /// Errors: argument_invalid, naming the parameter that is unknown, repeated or badly encoded.
    static result<query> parse(std::string_view text, std::span<const std::string_view> known);
    static result<query> parse(std::string_view text, std::initializer_list<std::string_view> known) {
        return parse(text, std::span(known.begin(), known.size()));
    }

    [[nodiscard]] bool has(std::string_view name) const;
    /// Empty when it is not there.
    [[nodiscard]] std::string text(std::string_view name) const;
    /// `true` or `false`; false when it is not there. Errors: argument_invalid, naming the parameter.
    [[nodiscard]] result<bool> flag(std::string_view name) const;
    /// nullopt when it is not there. Errors: argument_invalid, naming it, for what is no number from `least`
    /// to `most`.
    [[nodiscard]] result<std::optional<std::int64_t>> number(std::string_view name, std::int64_t least,
                                                             std::int64_t most) const;

private:
    std::vector<std::pair<std::string, std::string>> parameters_;
};

} // namespace webhookd::admin
