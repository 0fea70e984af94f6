#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace webhookd::cli {

[[nodiscard]] bool is_terminal(std::FILE* stream);

/// How to write to a stream.
struct text_style {
    bool coloured = false;
    std::size_t width = 0; ///< in columns; 0: without a bound
};
/// Colours and a bound on a terminal only; no colours where the environment says NO_COLOR or TERM=dumb.
[[nodiscard]] text_style style_of(std::FILE* stream);

/// The columns that well-formed UTF-8 takes: two for a wide character, none for an accent that combines.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// As it is when it fits; else its beginning and `…`, together at most so wide.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width);

/// A title, in bold where coloured.
[[nodiscard]] std::string painted_title(std::string_view text, bool coloured);
/// A state or circuit in the colour of how well that is; everything else as it stands.
[[nodiscard]] std::string painted(std::string_view title, std::string_view text, bool coloured);

/// `part` of `whole` as a bar of blocks, in eighths of a column, `width` columns for the whole. What is more
/// than nothing shows.
[[nodiscard]] std::string bar(std::int64_t part, std::int64_t whole, std::size_t width);

} // namespace webhookd::cli
