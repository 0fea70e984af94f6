#include "routing/compiled_condition.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <utility>

namespace webhookd::routing {
namespace {

constexpr std::size_t longest_expression = 4096;
constexpr std::size_t longest_subject = 64 * 1024;
constexpr std::int64_t most_memory = 1024 * 1024; // of one expression, its tables included
/// Where the tables outgrow that, RE2 goes on without them, with this many steps for each character at worst.
constexpr int largest_program = 4000;

failure invalid_expression(std::string detail) {
    return {errc::argument_invalid, std::move(detail)};
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

/// In linear time, which std::string_view::find does not promise.
bool holds_part(std::string_view text, std::string_view part) {
    return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

} // namespace

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

regular_expression::regular_expression(std::shared_ptr<const re2::RE2> compiled) noexcept
    : compiled_(std::move(compiled)) {}

result<regular_expression> regular_expression::compile(std::string_view text, bool quote) {
    if (text.size() > longest_expression) return invalid_expression("longer than 4096 bytes");
    re2::RE2::Options options;
    options.set_log_errors(false); // it would write to standard error, and quote the expression there
    options.set_max_mem(most_memory);
    options.set_never_capture(true);
    auto compiled = std::make_shared<const re2::RE2>(piece(text), options);
    if (!compiled->ok()) {
        auto message = compiled->error();
        const auto& about = compiled->error_arg();
        const bool printable =
            std::ranges::none_of(about, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
        if (!(quote && printable) && !about.empty() && message.ends_with(about)) {
            message.resize(message.size() - about.size());
            if (message.ends_with(": ")) message.resize(message.size() - 2);
        }
        return invalid_expression(std::move(message));
    }
    if (compiled->ProgramSize() > largest_program)
        return invalid_expression("too complicated; repetitions such as {1000} make it large");
    return regular_expression(std::move(compiled));
}

bool regular_expression::finds(std::string_view text) const {
    return text.size() <= longest_subject &&
           compiled_->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

result<void> check_regular_expression(std::string_view text, bool quote) {
    const auto compiled = regular_expression::compile(text, quote);
    if (!compiled) return compiled.error();
    return {};
}

bool compiled_test::passes(const event::json_value& value) const {
    const auto text = [&] { return std::string_view(value.GetString(), value.GetStringLength()); };
    switch (kind) {
    case test_kind::exists:
        return true;
    case test_kind::one_of:
        return operands.holds(value);
    case test_kind::more:
        return std::is_gt(number.compare(value));
    case test_kind::at_least:
        return std::is_gteq(number.compare(value));
    case test_kind::less:
        return std::is_lt(number.compare(value));
    case test_kind::at_most:
        return std::is_lteq(number.compare(value));
    case test_kind::contains:
        if (value.IsString()) return part && holds_part(text(), *part);
        return value.IsArray() && std::any_of(value.Begin(), value.End(), [this](const auto& element) {
                   return operands.holds(element);
               });
    case test_kind::matches:
        return value.IsString() && expression->finds(text());
    }
    return false;
}

bool compiled_node::passes(const event::json_value& value) const {
    return std::ranges::all_of(tests, [&](const auto& test) { return test.passes(value); });
}

bool compiled_node::holds(const event::json_value& root) const {
    const auto child_holds = [&](const compiled_node& child) { return child.holds(root); };
    switch (source->kind) {
    case condition_kind::all:
        return std::ranges::all_of(children, child_holds);
    case condition_kind::any:
        return std::ranges::any_of(children, child_holds);
    case condition_kind::negation:
        return !children.front().holds(root);
    case condition_kind::value:
        return any_value(root, steps, [this](const auto& value) { return passes(value); });
    }
    return false;
}

bool condition::holds(const event::document& body) const {
    return compiled_->root.holds(body.root());
}

} // namespace webhookd::routing
