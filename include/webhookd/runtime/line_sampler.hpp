#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace webhookd::runtime {

/// Decides which lines of a kind are written where strangers can provoke any number of them: the first few of
/// an interval. The rest is counted. One thread at a time.
class line_sampler {
public:
    using clock = std::chrono::steady_clock;

    static constexpr std::uint64_t most = 10;
    static constexpr std::chrono::seconds interval{10};
    /// Kinds that are distinguished; beyond that all others count as one.
    static constexpr std::size_t most_kinds = 1024;

    /// Whether the line is to be written.
    [[nodiscard]] bool take(const std::string& kind, clock::time_point now);

    struct total {
        std::string kind; ///< empty: of several
        std::uint64_t held_back;
    };
    /// The kinds whose interval is over and of which lines were held back; the next interval begins.
    [[nodiscard]] std::vector<total> totals(clock::time_point now);
    /// The same, whether or not the interval is over.
    [[nodiscard]] std::vector<total> all_totals() { return totals(clock::time_point::max()); }

private:
    struct kind_count {
        clock::time_point began;
        std::uint64_t lines = 0;
    };
    std::map<std::string, kind_count> kinds_;
};

} // namespace webhookd::runtime
