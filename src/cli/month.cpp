#include "cli/month.hpp"

#include <webhookd/time.hpp>

#include <fmt/format.h>

namespace webhookd::cli {

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
