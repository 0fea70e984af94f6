#pragma once

#include <webhookd/event/consumption.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Universign's `events-report`, and how two of them differ.
namespace webhookd::event {

struct events_report {
    std::int64_t total = 0;
    std::int64_t signatures = 0;
    std::int64_t visas = 0;
    std::int64_t reviews = 0;
    std::int64_t seals = 0;
    std::map<std::string, std::int64_t> signatures_by_required_level; ///< `level_0` to `level_4`
    friend bool operator==(const events_report&, const events_report&) = default;
};

/// `level_1` and `level_2` are always in it, as in Universign's; the other levels only where they were used.
[[nodiscard]] events_report to_report(const consumption& used);

/// An answer of `GET /v1/events/report` (wire-contract "REST calls that matter here"). Of the levels any may
/// be missing, and there may be others than we know. Errors: not_json and its like, envelope_incomplete for a
/// figure that is missing or is no whole number, naming it.
[[nodiscard]] result<events_report> read_report(std::string_view json);

/// One figure of both reports.
struct report_line {
    std::string field; ///< `seals`, `signatures.level_1`
    std::int64_t received = 0;
    std::int64_t universign = 0;

    /// Negative: Universign counts events that we have not received.
    [[nodiscard]] std::int64_t difference() const noexcept { return received - universign; }
};

/// Every figure of either report, equal ones too; the total first, the levels last.
[[nodiscard]] std::vector<report_line> compare(const events_report& received,
                                               const events_report& universign);

} // namespace webhookd::event
