#pragma once

#include <webhookd/text/encoding.hpp>

#include <cstddef>
#include <string>
#include <string_view>

/// Makes foreign text safe for a terminal, a log or a database.
namespace webhookd::text {

/// C0, DEL and C1: a terminal interprets them instead of showing them. U+009B begins what ESC [ begins.
[[nodiscard]] bool is_control(char32_t c) noexcept;

/// Whether a viewer shows it unchanged: no control character, line separator, direction mark, invisible
/// character or noncharacter.
[[nodiscard]] bool is_visible(char32_t c) noexcept;

/// As JSON has it; what lies beyond 16 bits is two escapes.
void append_json_escape(std::string& out, char32_t c, std::string_view hex_digits = lower_hex);

/// On one line of a terminal: what a terminal would interpret (control characters, line breaks among them,
/// and direction marks) and bytes that are no UTF-8 become `?`.
[[nodiscard]] std::string printable(std::string_view text);

/// For a message: in quotation marks, with `?` for every control character and byte that is no UTF-8, and cut
/// between characters when it is longer than 80 bytes.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The same JSON, with what a terminal would interpret as \u escapes.
[[nodiscard]] std::string safe_json(std::string_view json);

/// Foreign text made safe to keep and to show: valid UTF-8 stays as it is, every other byte and every control
/// character but tab and line feed becomes `\xNN`. At most `most` bytes, cut between characters. With `cut`
/// the bytes were cut off somewhere, so that an incomplete character at their end is left out.
[[nodiscard]] std::string to_output_text(std::string_view bytes, std::size_t most, bool cut);

} // namespace webhookd::text
