#pragma once

#include "bench/measurement.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <string>
#include <vector>

namespace webhookd::bench {

/// One of the product's promises about speed and size.
struct verdict {
    std::string goal;     ///< in words
    std::string measured; ///< with its unit
    bool met = false;
};

using json_writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

/// What both reports end with: each goal as met or MISSED, each invalid run as INVALID.
[[nodiscard]] std::string verdict_lines(const std::vector<verdict>& verdicts,
                                        const std::vector<std::string>& invalid);
/// The same at the end of a report's object: arrays `goals` and `invalid`.
void write_verdicts(json_writer& writer, const std::vector<verdict>& verdicts,
                    const std::vector<std::string>& invalid);
void write_numbers(json_writer& writer, const char* key, const std::vector<double>& values);

/// The goals: the daemon takes at least 0.6 of what `verify` takes; its p99 stays below 10 ms at half of its
/// own maximum; it never has more than 64 MiB resident. Only those that the measurements can decide.
[[nodiscard]] std::vector<verdict> judge(const measurements& all);

/// Empty when every single answer was right and every accepted event was kept: what the figures need to count
/// at all.
[[nodiscard]] std::vector<std::string> invalid_runs(const measurements& all);

[[nodiscard]] std::string to_text(const measurements& all, const options& opts);
[[nodiscard]] std::string to_json(const measurements& all, const options& opts);

} // namespace webhookd::bench
