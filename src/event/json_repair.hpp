#pragma once

#include <string>
#include <string_view>
#include <vector>

/// JSON that is well-formed and that RapidJSON does not take as it is.
namespace webhookd::event {

/// A number that was taken out of a text.
struct hidden_number {
    const char* at;   ///< its position
    std::string text; ///< what it was
};

/// RapidJSON refuses numbers that no double holds, even where it is to hand them on as text. This replaces
/// each number that may be one of them with a harmless one of the same length, and returns the originals, in
/// the order of their positions. What is no number by RFC 8259 stays, so that the parser reports it.
[[nodiscard]] std::vector<hidden_number> hide_large_numbers(char* json, std::size_t size);

/// The text of the number at a position: the hidden one, if there was one.
[[nodiscard]] std::string_view number_at(const std::vector<hidden_number>& hidden, std::string_view text);

/// RapidJSON refuses a lone high surrogate escape (`\ud83d`), and turns a lone low one into bytes that are no
/// UTF-8. A text that was cut within an emoji has one, and no authentic event may be lost for that.
[[nodiscard]] bool has_lone_surrogates(std::string_view json) noexcept;

/// The same JSON, byte for byte in the same places, with `\ufffd` for each lone surrogate escape.
[[nodiscard]] std::string without_lone_surrogates(std::string_view json);

} // namespace webhookd::event
