#pragma once

#include <webhookd/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <istream>
#include <string>
#include <string_view>

namespace webhookd::cli {

/// Where a command reads and writes: results to `out`, everything else to `err`. The streams outlive the
/// command.
struct console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;

    /// The process's own.
    [[nodiscard]] static console standard();
};

inline constexpr std::size_t largest_input = 64 * 1024 * 1024;

/// The whole file, or all of `in` for `-`. Errors: file_unreadable (also beyond `cap` bytes, and for a
/// directory).
[[nodiscard]] result<std::string> read_input(const std::string& path, std::istream& in,
                                             std::size_t cap = largest_input);

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

/// One line on standard error with a bar that tells how a long transfer goes, renewed a few times a second;
/// silent unless `visible`.
class progress {
public:
    /// `lines`: as many as will come, likely.
    progress(bool visible, std::int64_t lines);

    void add(std::uint64_t bytes, std::int64_t lines);
    /// The last state, and a line break.
    void finish();

private:
    using clock = std::chrono::steady_clock;
    void show(clock::time_point now);

    bool visible_;
    std::int64_t expected_;
    clock::time_point begin_ = clock::now();
    clock::time_point shown_ = begin_;
    std::uint64_t bytes_ = 0;
    std::int64_t lines_ = 0;
};

} // namespace webhookd::cli
