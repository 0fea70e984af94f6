#include <webhookd/event/number.hpp>

#include "event/parse.hpp"

#include <rapidjson/document.h>
#include <rapidjson/internal/dtoa.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace webhookd::event {
namespace {

constexpr std::int64_t farthest_exponent = 1'000'000'000'000'000'000;

std::size_t leading_digits(std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// `+5`, `-0005`: what follows the `e`. nullopt when it is none.
std::optional<std::int64_t> read_exponent(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty() || leading_digits(text) != text.size()) return std::nullopt;
    std::int64_t size = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), size);
    if (read.ec != std::errc{} || size > farthest_exponent) size = farthest_exponent;
    return negative ? -size : size;
}

} // namespace

std::optional<decimal> decimal::parse(std::string_view text) noexcept {
    decimal out;
    out.negative_ = text.starts_with('-');
    if (out.negative_) text.remove_prefix(1);
    const auto whole = leading_digits(text);
    if (whole == 0 || (text.front() == '0' && whole > 1)) return std::nullopt;
    auto length = whole;
    if (length < text.size() && text[length] == '.') {
        const auto fraction = leading_digits(text.substr(length + 1));
        if (fraction == 0) return std::nullopt;
        length += 1 + fraction;
    }
    std::int64_t exponent = 0;
    if (length < text.size()) {
        if (text[length] != 'e' && text[length] != 'E') return std::nullopt;
        const auto read = read_exponent(text.substr(length + 1));
        if (!read) return std::nullopt;
        exponent = *read;
    }
    const auto digits = text.substr(0, length);
    const auto first = digits.find_first_not_of("0.");
    if (first == std::string_view::npos) return decimal(); // a zero has no sign
    const auto point = static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(first);
    out.magnitude_ = exponent + (first < whole ? point - 1 : point);
    // Zeros at the end of the digits do not count, before the dot or after it.
    out.digits_ = digits.substr(first, digits.find_last_not_of("0.") + 1 - first);
    return out;
}

std::strong_ordering operator<=>(const decimal& a, const decimal& b) noexcept {
    const auto sign = [](const decimal& d) { return d.digits_.empty() ? 0 : d.negative_ ? -1 : 1; };
    if (sign(a) != sign(b)) return sign(a) <=> sign(b);
    // of two negative numbers the one with the larger magnitude is smaller
    const auto& left = a.negative_ ? b : a;
    const auto& right = a.negative_ ? a : b;
    if (left.magnitude_ != right.magnitude_) return left.magnitude_ <=> right.magnitude_;
    const auto* x = left.digits_.begin();
    const auto* y = right.digits_.begin();
    for (;; ++x, ++y) {
        if (x != left.digits_.end() && *x == '.') ++x;
        if (y != right.digits_.end() && *y == '.') ++y;
        if (x == left.digits_.end() || y == right.digits_.end())
            return (x != left.digits_.end()) <=> (y != right.digits_.end());
        if (*x != *y) return *x <=> *y;
    }
}

number_text::number_text(const json_value& value) noexcept {
    if (value.IsDouble()) {
        text_ = kept_number(value.GetDouble());
        if (!text_.empty()) return;
    }
    char* const begin = own_.data();
    char* end = begin;
    if (value.IsInt64())
        end = std::to_chars(begin, begin + own_.size(), value.GetInt64()).ptr;
    else if (value.IsUint64())
        end = std::to_chars(begin, begin + own_.size(), value.GetUint64()).ptr;
    else if (value.IsDouble())
        end = rapidjson::internal::dtoa(value.GetDouble(), begin);
    text_ = {begin, static_cast<std::size_t>(end - begin)};
}

std::optional<double> nearest_double(const json_value& value) noexcept {
    if (!value.IsNumber()) return std::nullopt;
    const number_text number(value);
    const auto text = number.view();
    double read = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), read).ec == std::errc{}) return read;
    // "Out of range" is reported for too large and for too small numbers.
    const auto exact = decimal::parse(text);
    const auto one = decimal::parse("1"), minus_one = decimal::parse("-1");
    if (exact && *exact<*one&& * exact> * minus_one) return 0;
    return std::nullopt;
}

} // namespace webhookd::event
