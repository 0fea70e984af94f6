#pragma once

#include <CLI/App.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd::cli {

/// The filters that every command over events takes.
struct event_filters {
    std::string after;
    std::string before;
    std::string since;
    std::string type;
    std::string api_key;
    std::string transaction;
    std::string endpoint;
    std::string text;
    std::string state;
    std::string stalled_reason;
    std::string outcome;
};

/// Whether they choose everything.
[[nodiscard]] bool is_empty(const event_filters& filters);

/// A CLI11 check: empty for a duration such as 30m, else what is wrong.
[[nodiscard]] std::string check_duration(const std::string& text);

/// Those that a live tail takes too.
void add_kind_filters(CLI::App& command, event_filters& into);
/// `--after`, `--before` and `--since` alone. `happened`: what the period is of, such as `created`.
void add_period(CLI::App& command, event_filters& into, const std::string& happened = "created");
void add_event_filters(CLI::App& command, event_filters& into);

/// `path` with the filters as its query.
[[nodiscard]] std::string filtered(std::string path, const event_filters& filters);

/// The exclusive ends, in RFC 3339, of a month in UTC written `2026-03`: the last microsecond before it and
/// the first moment after it. nullopt for anything else.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> month_window(std::string_view month);

} // namespace webhookd::cli
