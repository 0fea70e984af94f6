#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace webhookd::test {

[[nodiscard]] inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// How often the part occurs in the text, without overlaps. `part` is not empty.
[[nodiscard]] inline std::size_t occurrences(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
        ++found;
    return found;
}

} // namespace webhookd::test
