#include "routing/scalar_set.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <compare>
#include <functional>
#include <string_view>

namespace webhookd::routing {

using event::decimal;

std::optional<operand_number> operand_number::of(const scalar& value) {
    const auto* written = std::get_if<number>(&value.value);
    if (!written || !decimal::parse(written->text)) return std::nullopt;
    operand_number out;
    out.text_ = written->text;
    return out;
}

decimal operand_number::value() const noexcept {
    return decimal::parse(text_).value_or(decimal());
}

std::partial_ordering operand_number::compare(const event::json_value& other) const noexcept {
    if (!other.IsNumber()) return std::partial_ordering::unordered;
    const event::number_text text(other);
    const auto number = decimal::parse(text.view());
    return number ? std::partial_ordering(*number <=> value()) : std::partial_ordering::unordered;
}

std::strong_ordering operand_number::compare(const operand_number& other) const noexcept {
    return other.value() <=> value();
}

scalar_set::scalar_set(const std::vector<scalar>& values) {
    for (const auto& v : values) {
        if (const auto* text = std::get_if<std::string>(&v.value))
            texts_.push_back(*text);
        else if (const auto* truth = std::get_if<bool>(&v.value))
            (*truth ? true_ : false_) = true;
        else if (auto number = operand_number::of(v))
            numbers_.push_back(std::move(*number));
        else
            null_ = null_ || std::holds_alternative<std::nullptr_t>(v.value);
    }
    std::ranges::sort(texts_);
    std::ranges::sort(numbers_, [](const auto& a, const auto& b) { return std::is_lt(b.compare(a)); });
}

bool scalar_set::holds(const event::json_value& value) const noexcept {
    if (value.IsString()) {
        const std::string_view text(value.GetString(), value.GetStringLength());
        return std::binary_search(texts_.begin(), texts_.end(), text, std::less<>{});
    }
    if (value.IsBool()) return value.GetBool() ? true_ : false_;
    if (value.IsNull()) return null_;
    if (!value.IsNumber()) return false;
    const auto at = std::partition_point(numbers_.begin(), numbers_.end(),
                                         [&](const auto& n) { return std::is_gt(n.compare(value)); });
    return at != numbers_.end() && std::is_eq(at->compare(value));
}

} // namespace webhookd::routing
