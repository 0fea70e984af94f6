#include "telemetry/page.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>

namespace webhookd::telemetry {

prometheus::ClientMetric& page::add(const std::string& name, const char* help, prometheus::MetricType type,
                                    const labels& with) {
    auto family =
        std::find_if(families_.begin(), families_.end(), [&](const auto& each) { return each.name == name; });
    if (family == families_.end()) {
        prometheus::MetricFamily fresh;
        fresh.name = name;
        fresh.help = help;
        fresh.type = type;
        family = families_.insert(family, std::move(fresh));
    }
    auto& metric = family->metric.emplace_back();
    for (const auto& [label, value] : with)
        metric.label.push_back({label, value});
    return metric;
}

void page::add_counter(const std::string& name, const char* help, double value, const labels& with) {
    add(name, help, prometheus::MetricType::Counter, with).counter.value = value;
}

void page::add_gauge(const std::string& name, const char* help, double value, const labels& with) {
    add(name, help, prometheus::MetricType::Gauge, with).gauge.value = value;
}

void page::histogram(const std::string& name, const char* help, const runtime::histogram_snapshot& counted,
                     double per_unit, const labels& with) {
    auto& to = add(name, help, prometheus::MetricType::Histogram, with).histogram;
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < counted.counts.size(); ++i) {
        so_far += counted.counts[i];
        const bool last = i == counted.bounds.size();
        to.bucket.push_back({so_far, last ? std::numeric_limits<double>::infinity()
                                          : static_cast<double>(counted.bounds[i]) / per_unit});
    }
    to.sample_count = so_far;
    to.sample_sum = static_cast<double>(counted.sum) / per_unit;
}

labels of_store(const metrics_snapshot& from, labels with) {
    if (from.store_is_shared) with.emplace_back("scope", "cluster");
    return with;
}

std::string page::text() const {
    return prometheus::TextSerializer().Serialize(families_);
}

} // namespace webhookd::telemetry
