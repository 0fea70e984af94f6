#pragma once

#include <webhookd/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::routing {

/// Which event types a route is for: `transaction.lifecycle.completed`, `transaction.*`,
/// `action.reminder.?ent`, `*`.
/// `*` matches any run of characters within one dotted name; a `*` that is the last dotted name also takes
/// all the names after it, so that `transaction.*` means everything about transactions, though not a type
/// `transaction` alone.
/// `?` matches one character other than the dot. A leading `!` excludes. Upper and lower case differ, as in
/// types. Compiled once; matching allocates nothing. Immutable, any thread.
class pattern {
public:
    /// Errors: pattern_invalid (empty, an empty dotted name, characters no type has).
    static result<pattern> parse(std::string_view text);

    [[nodiscard]] bool matches(std::string_view type) const noexcept; ///< ignores the `!`
    [[nodiscard]] bool excludes() const noexcept { return excludes_; }
    /// Without the `!`, and with one `*` for a run of them.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool is_literal() const noexcept { return literal_; }

private:
    std::string text_;
    bool excludes_ = false;
    bool literal_ = false;
    bool open_ended_ = false; // the last dotted name is `*`
};

/// A list of patterns: matches when at least one plain pattern does and no excluding one does. A list of
/// exclusions alone starts from everything.
class pattern_list {
public:
    /// Errors: pattern_invalid (the first pattern that is, or an empty list).
    static result<pattern_list> parse(const std::vector<std::string>& texts);

    [[nodiscard]] bool matches(std::string_view type) const noexcept;
    [[nodiscard]] const std::vector<pattern>& patterns() const noexcept { return patterns_; }

private:
    std::vector<pattern> patterns_;
    bool only_exclusions_ = false;
};

} // namespace webhookd::routing
