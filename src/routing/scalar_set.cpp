#include "routing/scalar_set.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>
#include <type_traits>

namespace webhookd::routing {

static_assert(std::numeric_limits<exact_number>::digits >= 64, "64-bit integers would lose digits");

std::optional<exact_number> number_of(const event::json_value& value) noexcept {
    if (value.IsInt64()) return static_cast<exact_number>(value.GetInt64());
    if (value.IsUint64()) return static_cast<exact_number>(value.GetUint64());
    if (value.IsDouble()) return static_cast<exact_number>(value.GetDouble());
    return {};
}

std::optional<exact_number> number_of(const scalar& value) noexcept {
    return std::visit(
        [](const auto& v) -> std::optional<exact_number> {
            using type = std::decay_t<decltype(v)>;
            if constexpr (std::is_arithmetic_v<type> && !std::is_same_v<type, bool>)
                return static_cast<exact_number>(v);
            else
                return {};
        },
        value.value);
}

scalar_set::scalar_set(const std::vector<scalar>& values) {
    for (const auto& v : values) {
        if (const auto* text = std::get_if<std::string>(&v.value))
            texts_.push_back(*text);
        else if (const auto* truth = std::get_if<bool>(&v.value))
            (*truth ? true_ : false_) = true;
        else if (const auto number = number_of(v))
            numbers_.push_back(*number);
        else
            null_ = true;
    }
    std::ranges::sort(texts_);
    std::ranges::sort(numbers_);
}

bool scalar_set::holds(const event::json_value& value) const noexcept {
    if (value.IsString()) {
        const std::string_view text(value.GetString(), value.GetStringLength());
        return std::binary_search(texts_.begin(), texts_.end(), text, std::less<>{});
    }
    if (value.IsBool()) return value.GetBool() ? true_ : false_;
    if (value.IsNull()) return null_;
    const auto number = number_of(value);
    return number && std::binary_search(numbers_.begin(), numbers_.end(), *number);
}

} // namespace webhookd::routing
