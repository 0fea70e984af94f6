#pragma once

#include <webhookd/time.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

/// The daemon's own log: structured lines to standard error, as JSON or as text. Callable from any thread;
/// between `start` and `stop` lines are handed to a background thread through a bounded queue that drops its
/// oldest line and counts, so that a slow terminal or journal, or a pipe that nobody reads, never delays an
/// event; once the reader is back, a line reports how many were lost. Outside of that span lines are written
/// at once, each within a second or not at all. The caller ensures that the fields contain neither secrets
/// nor personal data.
namespace webhookd::log {

enum class level { trace, debug, info, warning, error };
enum class format { json, text };

[[nodiscard]] std::string_view to_string(level l) noexcept;

/// A value by name. Views are read before the call returns.
struct field {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

    field(std::string_view k, std::string_view v)
        : key(k)
        , value(v) {}
    field(std::string_view k, const std::string& v)
        : key(k)
        , value(std::string_view(v)) {}
    field(std::string_view k, const char* v)
        : key(k)
        , value(std::string_view(v)) {}
    field(std::string_view k, bool v)
        : key(k)
        , value(v) {}
    field(std::string_view k, double v)
        : key(k)
        , value(v) {}
    template <std::signed_integral I>
    field(std::string_view k, I v)
        : key(k)
        , value(static_cast<std::int64_t>(v)) {}
    template <std::unsigned_integral I>
        requires(!std::same_as<I, bool>)
    field(std::string_view k, I v)
        : key(k)
        , value(static_cast<std::uint64_t>(v)) {}
};

/// One line without its line break. JSON: `{"time":…,"level":…,"message":…, fields…}`, invalid UTF-8
/// replaced. Text: `time level message key=value …`, values quoted and escaped where a reader or a terminal
/// could be misled. In both, what would not be shown as it is (control characters, C1 included, line
/// separators, direction marks, invisible characters) is a \u escape.
[[nodiscard]] std::string render(format f, timestamp time, level l, std::string_view message,
                                 std::span<const field> fields);

/// What the journal takes from the front of a line as its priority, such as "<4>" (sd-daemon(3)).
[[nodiscard]] std::string_view journal_priority(level l) noexcept;

struct options {
    log::level level = level::info;
    log::format format = format::text;
    bool to_journal = false; ///< each line begins with its priority
};

void start(const options& opts);
void set_level(level l);
[[nodiscard]] format current_format() noexcept;
/// Writes what is queued, as far as that is possible within 2 s, and goes back to writing at once.
void stop();
/// Lines that were lost because the queue was full, or because they could not be written.
[[nodiscard]] std::uint64_t dropped() noexcept;

void write(level l, std::string_view message, std::span<const field> fields);

/// A field that distinguishes the lines that strangers can provoke: a word of the configuration, or one of
/// ours.
struct kind_field {
    std::string_view key;
    std::string_view value;
};
/// A line of which strangers can provoke any number: of those with this message and these fields of a kind
/// the first few in each interval are written (runtime/line_output.hpp), the others are counted, and a line
/// reports how many. `rest` are further fields.
void sampled(level l, std::string_view message, std::initializer_list<kind_field> kind,
             std::initializer_list<field> rest = {});
/// Writes the totals of what was held back in intervals that are over. Call it periodically.
void tell_held_back();

inline void debug(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::debug, message, {fields.begin(), fields.size()});
}
inline void info(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::info, message, {fields.begin(), fields.size()});
}
inline void warning(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::warning, message, {fields.begin(), fields.size()});
}
inline void error(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::error, message, {fields.begin(), fields.size()});
}

} // namespace webhookd::log
