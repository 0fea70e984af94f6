#pragma once

#include <webhookd/admin/metrics.hpp>

#include "admin/metrics/page.hpp"
#include "admin/metrics/store_readings.hpp"

namespace webhookd::admin::metrics {

// One for each row of rooms; together they are a scrape.
void write_intake(page& to, const metric_sources& from);
void write_keys(page& to, const metric_sources& from);
void write_listeners(page& to, const metric_sources& from);
void write_writer(page& to, const metric_sources& from);
void write_deliveries(page& to, const metric_sources& from, const store_readings& read);
void write_store(page& to, const metric_sources& from, const store_readings& read);
void write_process(page& to);

} // namespace webhookd::admin::metrics
