#include <webhookd/event/event_type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace webhookd::event {

namespace {

// No documented type is half as long; what is longer is no slip of the pen, and need not cost quadratic time.
constexpr std::size_t longest_name = 64;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Lower case, every run of other characters one dot: `Transaction_Lifecycle Completed` →
/// `transaction.lifecycle.completed`.
std::string with_dots(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (is_letter_or_digit(c))
            out += lower(c);
        else if (!out.empty() && out.back() != '.')
            out += '.';
    }
    if (!out.empty() && out.back() == '.') out.pop_back();
    return out;
}

std::string without_dots(std::string text) {
    std::erase(text, '.');
    return text;
}

/// Insertions, deletions, substitutions and swaps of neighbours, each for 1 (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Types are short, so three rows fit on the stack.
    std::array<std::array<std::size_t, longest_name + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j)
        rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i + 2) % 3];
        const auto& above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], above_that[j - 2] + 1);
        }
    }
    return rows[a.size() % 3][b.size()];
}

/// Whether `full` becomes `part` by leaving out dotted names: `transaction.completed`.
bool leaves_out_names(std::string_view part, std::string_view full) {
    while (!part.empty()) {
        const auto name = part.substr(0, part.find('.'));
        part.remove_prefix(std::min(part.size(), name.size() + 1));
        for (;;) {
            if (full.empty()) return false;
            const auto candidate = full.substr(0, full.find('.'));
            full.remove_prefix(std::min(full.size(), candidate.size() + 1));
            if (candidate == name) break;
        }
    }
    return true;
}

std::optional<std::string_view> only_one_with_names_left_out(std::string_view wanted) {
    std::optional<std::string_view> found;
    for (const auto& type : catalogue()) {
        if (!leaves_out_names(wanted, with_dots(type.name))) continue;
        if (found) return {}; // ambiguous: better no advice than a guess
        found = type.name;
    }
    return found;
}

std::optional<std::string_view> with_few_edits(std::string_view wanted) {
    // One slip in eight characters, three at most: more, and `paused` would be offered for `closed`.
    std::size_t best = std::min<std::size_t>(3, 1 + wanted.size() / 8) + 1;
    std::optional<std::string_view> found;
    for (const auto& type : catalogue()) {
        const auto distance = edit_distance(wanted, with_dots(type.name));
        if (distance < best) {
            best = distance;
            found = type.name;
        }
    }
    return found;
}

} // namespace

std::optional<std::string_view> nearest_type(std::string_view name) {
    if (name.size() > longest_name) return {};
    const auto wanted = with_dots(name);
    const auto squeezed = without_dots(wanted);
    if (squeezed.empty()) return {};
    for (const auto& type : catalogue())
        if (without_dots(with_dots(type.name)) == squeezed) return type.name;
    if (const auto edited = with_few_edits(wanted)) return edited;
    return only_one_with_names_left_out(wanted);
}

} // namespace webhookd::event
