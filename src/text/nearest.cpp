#include <webhookd/text/ascii.hpp>
#include <webhookd/text/nearest.hpp>

#include <algorithm>
#include <vector>

namespace webhookd::text {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before, above);
        std::swap(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = to_lower(a[i - 1]) == to_lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0u : 1u)});
            if (i > 1 && j > 1 && to_lower(a[i - 1]) == to_lower(b[j - 2]) &&
                to_lower(a[i - 2]) == to_lower(b[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
    std::optional<std::string_view> best;
    if (word.empty() || word.size() > longest_word) return best;
    // A third of the word may be wrong: `lisen` is `listen`, `foo` is nothing.
    std::size_t limit = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto candidate : known) {
        if (candidate.empty() || candidate.size() > longest_word) continue;
        if (word.size() >= 3 && limit > 1 && candidate.starts_with(word)) {
            // `warn` is `warning`, however much is left out.
            limit = 1;
            best = candidate;
            continue;
        }
        const auto longer = std::max(word.size(), candidate.size()),
                   shorter = std::min(word.size(), candidate.size());
        if (longer - shorter >= limit) continue;
        const auto distance = edit_distance(word, candidate);
        if (distance >= limit || distance >= candidate.size()) continue;
        limit = distance;
        best = candidate;
    }
    return best;
}

} // namespace webhookd::text
