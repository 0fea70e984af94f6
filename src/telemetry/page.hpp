#pragma once

#include <webhookd/runtime/histogram.hpp>
#include <webhookd/telemetry/metrics.hpp>

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

namespace webhookd::telemetry {

using labels = std::vector<std::pair<std::string, std::string>>;

/// One scrape: families of metrics in the order in which they are first named.
class page {
public:
    template <class Number>
    void counter(const std::string& name, const char* help, Number value, const labels& with = {}) {
        add_counter(name, help, static_cast<double>(value), with);
    }
    template <class Number>
    void gauge(const std::string& name, const char* help, Number value, const labels& with = {}) {
        add_gauge(name, help, static_cast<double>(value), with);
    }
    /// `per_unit`: how many of the counted values make one of the metric's unit.
    void histogram(const std::string& name, const char* help, const runtime::histogram_snapshot& counted,
                   double per_unit, const labels& with = {});

    [[nodiscard]] std::string text() const;

private:
    prometheus::ClientMetric& add(const std::string& name, const char* help, prometheus::MetricType type,
                                  const labels& with);
    void add_counter(const std::string& name, const char* help, double value, const labels& with);
    void add_gauge(const std::string& name, const char* help, double value, const labels& with);

    std::vector<prometheus::MetricFamily> families_;
};

inline constexpr double nanoseconds_per_second = 1e9;

/// The labels of a figure of the store. Where several daemons share it, each of them tells the same: it is
/// marked, so that nobody sums it over instances.
[[nodiscard]] labels of_store(const metrics_snapshot& from, labels with = {});

// The families of each row of rooms, in the order in which a page has them.
void write_intake(page& to, const metrics_snapshot& from);
void write_key_sets(page& to, const metrics_snapshot& from);
void write_listeners(page& to, const metrics_snapshot& from);
void write_writer(page& to, const metrics_snapshot& from);
void write_deliveries(page& to, const metrics_snapshot& from, const store_counts& counted);
void write_store(page& to, const metrics_snapshot& from, const store_counts& counted);

} // namespace webhookd::telemetry
