#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/process_status.hpp>
#include <webhookd/telemetry/metrics.hpp>

#include "telemetry/page.hpp"

namespace webhookd::telemetry {
namespace {

double seconds(std::chrono::microseconds d) {
    return std::chrono::duration<double>(d).count();
}

void write_process(page& to) {
    to.gauge("webhookd_build_info", "The program that runs; always 1.", 1, {{"version", WEBHOOKD_VERSION}});
    to.counter("webhookd_log_lines_dropped_total",
               "Lines that were lost because the log could not keep up, or that could not be written.",
               log::dropped());
    const auto status = runtime::read_process_status();
    if (!status) return;
    // Named as every client library of Prometheus names them.
    to.counter("process_cpu_seconds_total", "User and system time.", seconds(status->cpu));
    to.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.",
             seconds(status->started.time_since_epoch()));
    to.gauge("process_resident_memory_bytes", "Resident memory.", status->resident_bytes);
    to.gauge("process_virtual_memory_bytes", "Virtual memory.", status->virtual_bytes);
    to.gauge("process_open_fds", "File descriptors that are open.", status->open_files);
    to.gauge("process_max_fds", "File descriptors that may be open.", status->open_files_limit);
    to.gauge("process_threads", "Threads.", status->threads);
}

} // namespace

std::string render_metrics(const metrics_snapshot& from, const store_counts& counted) {
    page p;
    write_intake(p, from);
    write_key_sets(p, from);
    write_listeners(p, from);
    write_writer(p, from);
    write_deliveries(p, from, counted);
    write_store(p, from, counted);
    write_process(p);
    return p.text();
}

} // namespace webhookd::telemetry
