#include "admin/page/negotiation.hpp"

#include <webhookd/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace webhookd::admin {
namespace {

/// Cuts the next element off a list with commas.
std::string_view next_element(std::string_view& list) {
    const auto end = std::min(list.find(','), list.size());
    const auto element = text::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return element;
}

/// `q=0.25` in thousandths; 0 for what is no quality value, which nobody can want.
int quality(std::string_view text) {
    text = text::trim(text);
    if (text.size() < 3 || text.size() > 7 || text::to_lower(text[0]) != 'q' || text[1] != '=') return 0;
    text.remove_prefix(2);
    if (text.size() > 1 && text[1] != '.') return 0;
    std::string digits(1, text[0]);
    digits += text.substr(std::min<std::size_t>(text.size(), 2));
    digits.resize(4, '0');
    if (!std::all_of(digits.begin(), digits.end(), text::is_digit)) return 0;
    return std::min(std::stoi(digits), 1000);
}

/// What the list says of a coding; nullopt: nothing.
std::optional<int> quality_of(std::string_view list, std::string_view coding) {
    while (!list.empty()) {
        const auto element = next_element(list);
        const auto semicolon = element.find(';');
        if (!text::iequals(text::trim(element.substr(0, semicolon)), coding)) continue;
        return semicolon == std::string_view::npos ? 1000 : quality(element.substr(semicolon + 1));
    }
    return std::nullopt;
}

} // namespace

content_coding preferred_coding(std::string_view accept_encoding) {
    const int others = quality_of(accept_encoding, "*").value_or(0);
    struct candidate {
        std::string_view name;
        content_coding coding;
    };
    constexpr std::array smallest_first{candidate{"br", content_coding::brotli},
                                        candidate{"gzip", content_coding::gzip}};
    auto best = content_coding::identity;
    // Where the client says nothing of identity, any coding that it names is as good.
    int most = std::max(quality_of(accept_encoding, "identity").value_or(0) - 1, 0);
    for (const auto& [name, coding] : smallest_first) {
        const int wanted = quality_of(accept_encoding, name).value_or(others);
        if (wanted <= most) continue;
        most = wanted;
        best = coding;
    }
    return best;
}

bool names_entity_tag(std::string_view if_none_match, std::string_view tag) {
    if (text::trim(if_none_match) == "*") return true;
    while (!if_none_match.empty()) {
        auto element = next_element(if_none_match);
        if (element.starts_with("W/")) element.remove_prefix(2);
        if (element == tag) return true;
    }
    return false;
}

} // namespace webhookd::admin
