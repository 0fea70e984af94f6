#include "admin/metrics/families.hpp"

#include <system_error>

namespace webhookd::admin::metrics {

void write_writer(page& to, const metric_sources& from) {
    const auto counted = from.writer.snapshot();
    const auto measured = from.writer.measured();
    to.gauge("webhookd_writer_queue_events", "Events that wait for the disk, those being written included.",
             counted.waiting);
    to.gauge("webhookd_writer_queue_limit_events",
             "Events that may wait for the disk; beyond it they are answered 503.", from.max_in_memory);
    to.counter("webhookd_writer_batches_total", "Batches of events that the writer tried to keep.",
               counted.batches);
    to.counter("webhookd_writer_events_total", "Events that the writer answered for, duplicates included.",
               counted.events);
    to.counter("webhookd_writer_failures_total", "Events that the writer could not keep.", counted.failures);
    to.histogram("webhookd_commit_duration_seconds",
                 "How long a batch took to be kept: one transaction, fsync included.", measured.commits,
                 nanoseconds_per_second);
    to.histogram("webhookd_commit_batch_events", "Events in a batch that was kept.", measured.sizes, 1);
}

void write_store(page& to, const metric_sources& from, const store_readings& read) {
    to.gauge("webhookd_store_healthy", "1 while what was written last has reached the disk.",
             from.writer.healthy() ? 1 : 0);
    if (read.statistics) {
        to.gauge("webhookd_store_events", "Events in the store.", read.statistics->events);
        to.gauge("webhookd_store_size_bytes", "The store's files, its journal included.",
                 read.statistics->bytes);
        to.gauge("webhookd_store_journal_bytes", "The store's journal.", read.statistics->journal_bytes);
        to.gauge(
            "webhookd_store_journal_held",
            "1 while the journal is long and a reader, a backup perhaps, keeps it from being started anew.",
            read.statistics->journal_held ? 1 : 0);
    }
    const auto purged = from.purger.snapshot();
    to.counter("webhookd_store_purged_events_total",
               "Events that were older than the retention lets them be.", purged.events);
    to.counter("webhookd_store_purged_payloads_total", "Bodies that went before their events.",
               purged.payloads);
    to.counter("webhookd_store_purge_failures_total", "Rounds of purging that the store ended early.",
               purged.failures);
    to.gauge(
        "webhookd_clock_doubt_seconds",
        "How far the clock is ahead of what the store's signs of life let expect (negative: behind), while "
        "it is in doubt; else 0. Retention does not follow such a clock.",
        purged.clock_doubt.value_or(std::chrono::seconds{0}).count());
    std::error_code error;
    const auto space = std::filesystem::space(from.directory, error);
    if (error) return;
    to.gauge("webhookd_store_disk_free_bytes", "Room that is left on the store's file system.",
             space.available);
    to.gauge("webhookd_store_disk_size_bytes", "Size of the store's file system.", space.capacity);
}

} // namespace webhookd::admin::metrics
