#include <webhookd/event/event_type.hpp>
#include <webhookd/text/ascii.hpp>
#include <webhookd/text/nearest.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace webhookd::event {

namespace {

/// Lower case, every run of other characters one dot: `Transaction_Lifecycle Completed` →
/// `transaction.lifecycle.completed`.
std::string with_dots(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const char low = text::to_lower(c);
        if (text::is_digit(low) || (low >= 'a' && low <= 'z'))
            out += low;
        else if (!out.empty() && out.back() != '.')
            out += '.';
    }
    if (!out.empty() && out.back() == '.') out.pop_back();
    return out;
}

std::string without_dots(std::string name) {
    std::erase(name, '.');
    return name;
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
        if (found) return {}; // ambiguous: no suggestion is better than a guess
        found = type.name;
    }
    return found;
}

std::optional<std::string_view> with_few_edits(std::string_view wanted) {
    // One mistake in eight characters, three at most: with more, `paused` would be suggested for `closed`.
    std::size_t best = std::min<std::size_t>(3, 1 + wanted.size() / 8) + 1;
    std::optional<std::string_view> found;
    for (const auto& type : catalogue()) {
        const auto distance = text::edit_distance(wanted, with_dots(type.name));
        if (distance < best) {
            best = distance;
            found = type.name;
        }
    }
    return found;
}

} // namespace

std::optional<std::string_view> nearest_type(std::string_view name) {
    // No documented type is half as long.
    if (name.size() > text::longest_word) return {};
    const auto wanted = with_dots(name);
    const auto squeezed = without_dots(wanted);
    if (squeezed.empty()) return {};
    for (const auto& type : catalogue())
        if (without_dots(with_dots(type.name)) == squeezed) return type.name;
    if (const auto edited = with_few_edits(wanted)) return edited;
    return only_one_with_names_left_out(wanted);
}

} // namespace webhookd::event
