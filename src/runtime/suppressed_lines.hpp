#pragma once

#include <webhookd/runtime/line_sampler.hpp>
#include <webhookd/runtime/log.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::log {

/// Suppresses lines of each kind beyond a rate, and reports how many. Any thread.
class suppressed_lines {
public:
    /// Whether the line is to be written. A kind is a message and the values of these fields, all texts.
    [[nodiscard]] bool take(level l, std::string_view message, std::span<const field> kind);

    enum class those { whose_interval_is_over, all };
    /// Writes a line for each kind of which some were suppressed.
    void tell(those which);

private:
    struct example {
        level of = level::warning;
        std::string message;
        std::vector<std::pair<std::string, std::string>> fields;
    };
    static void write_total(const example& like, std::uint64_t lines);

    std::mutex mutex_;
    runtime::line_sampler sampler_;
    std::map<std::string, example> examples_; ///< of the kinds of which some are suppressed
};

} // namespace webhookd::log
