#include "routing/regular_expression.hpp"

#include <webhookd/routing/condition.hpp>

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <string>
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

} // namespace

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

} // namespace webhookd::routing
