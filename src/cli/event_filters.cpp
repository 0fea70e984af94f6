#include "cli/event_filters.hpp"

#include <webhookd/config/units.hpp>
#include <webhookd/time.hpp>

#include "cli/admin_client.hpp"

namespace webhookd::cli {
namespace {

/// The instant so long ago.
std::string ago(const std::string& duration) {
    const auto parsed = config::parse_duration(duration);
    if (!parsed) return {};
    const auto now = std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    return to_rfc3339(now - *parsed);
}

} // namespace

std::string check_duration(const std::string& text) {
    return config::parse_duration(text) ? std::string() : "not a duration such as 30m, 24h or 7d";
}

void add_kind_filters(CLI::App& command, event_filters& into) {
    command.add_option("--type", into.type, "resources, types or globs: transaction,action.*,!action.opened")
        ->type_name("TYPES");
    command.add_option("--api-key", into.api_key, "of requests with this API key");
    command.add_option("--transaction", into.transaction, "of this transaction");
    command.add_option("--endpoint", into.endpoint, "received at this endpoint");
}

void add_period(CLI::App& command, event_filters& into, const std::string& happened) {
    auto* after = command.add_option("--after", into.after, happened + " later than this (RFC 3339)");
    command.add_option("--before", into.before, happened + " earlier than this (RFC 3339)");
    command.add_option("--since", into.since, happened + " within this time, such as 24h or 7d")
        ->excludes(after)
        ->check(check_duration);
}

void add_event_filters(CLI::App& command, event_filters& into) {
    add_period(command, into);
    add_kind_filters(command, into);
    command.add_option("--text", into.text, "with this in an id or in the metadata");
    command.add_option("--state", into.state, "whose object is in this state, such as completed");
    command.add_option("--stalled-reason", into.stalled_reason, "whose object stalls for this reason");
    command.add_option("--outcome", into.outcome, "with a delivery in this state, or with none")
        ->check(CLI::IsMember({"none", "pending", "successful", "failed", "discarded"}));
}

bool is_empty(const event_filters& f) {
    return filtered({}, f).empty();
}

std::string filtered(std::string path, const event_filters& f) {
    add_parameter(path, "created_gt", f.since.empty() ? f.after : ago(f.since));
    add_parameter(path, "created_lt", f.before);
    add_parameter(path, "type", f.type);
    add_parameter(path, "api_key", f.api_key);
    add_parameter(path, "transaction", f.transaction);
    add_parameter(path, "endpoint", f.endpoint);
    add_parameter(path, "q", f.text);
    add_parameter(path, "state", f.state);
    add_parameter(path, "stalled_reason", f.stalled_reason);
    add_parameter(path, "outcome", f.outcome);
    return path;
}

std::optional<std::pair<std::string, std::string>> month_window(std::string_view month) {
    using namespace std::chrono;
    if (month.size() != 7) return std::nullopt;
    const auto first = parse_rfc3339(std::string(month) + "-01");
    if (!first) return std::nullopt;
    const year_month_day day{floor<days>(*first)};
    const sys_days next{day.year() / day.month() / 1 + months(1)};
    // to_rfc3339 would cut the microseconds.
    const auto before = floor<seconds>(*first - microseconds(1));
    return std::pair(to_rfc3339(before).substr(0, 19) + ".999999Z", to_rfc3339(next));
}

} // namespace webhookd::cli
