#include "telemetry/page.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace webhookd::telemetry {
namespace {

constexpr auto shortest_pause = std::chrono::seconds(5);
/// At most this share of a reader's time is used for counting: a twentieth.
constexpr int rest_factor = 20;

void write_instances(page& to, const metrics_snapshot& from, const std::vector<store::instance_record>& all) {
    for (std::size_t i = 0; i < store::presence_words.size(); ++i) {
        const auto is = static_cast<store::presence>(i);
        to.gauge("webhookd_instances",
                 "Daemons that share the store: those that run, have stopped, or are gone (silent for 30 s).",
                 std::ranges::count(all, is, &store::instance_record::presence),
                 of_store(from, {{"state", std::string{to_string(is)}}}));
    }
    to.gauge("webhookd_configuration_drift", "1 while instances that run have different configurations.",
             store::have_drifted(all) ? 1 : 0, of_store(from));
    to.gauge("webhookd_instance_names_shared",
             "Names that more than one instance that runs has: each needs its own server.instance.",
             store::shared_names(all).size(), of_store(from));
}

} // namespace

bool store_counter::begin() {
    const std::lock_guard lock{mutex_};
    if (counting_ || steady::now() < good_until_) return false;
    counting_ = true;
    return true;
}

void store_counter::count() {
    const auto began = steady::now();
    auto counted = std::make_shared<store_counts>();
    if (auto found = deliveries_.backlog()) counted->backlog = std::move(*found);
    if (auto found = events_.statistics()) counted->statistics = *found;
    if (auto found = instances_.list_instances(store::most_instances)) counted->instances = std::move(*found);
    const auto ended = steady::now();
    const std::lock_guard lock{mutex_};
    last_ = std::move(counted);
    good_until_ = ended + std::max<steady::duration>(shortest_pause, rest_factor * (ended - began));
    counting_ = false;
}

std::shared_ptr<const store_counts> store_counter::last() const {
    const std::lock_guard lock{mutex_};
    return last_;
}

void write_writer(page& to, const metrics_snapshot& from) {
    to.gauge("webhookd_writer_queue_events", "Events that wait for the disk, those being written included.",
             from.writer.waiting);
    to.gauge("webhookd_writer_queue_limit_events",
             "Events that may wait for the disk; beyond it they are answered 503.",
             from.max_waiting_for_disk);
    to.counter("webhookd_writer_batches_total", "Batches of events that the writer tried to keep.",
               from.writer.batches);
    to.counter("webhookd_writer_events_total", "Events that the writer answered for, duplicates included.",
               from.writer.events);
    to.counter("webhookd_writer_failures_total", "Events that the writer could not keep.",
               from.writer.failures);
    to.histogram("webhookd_commit_duration_seconds",
                 "How long a batch took to be kept: one transaction, fsync included.", from.commits.commits,
                 nanoseconds_per_second);
    to.histogram("webhookd_commit_batch_events", "Events in a batch that was kept.", from.commits.sizes, 1);
}

void write_store(page& to, const metrics_snapshot& from, const store_counts& counted) {
    to.gauge("webhookd_store_healthy", "1 while what was written last has reached the disk.",
             from.store_healthy ? 1 : 0);
    to.gauge("webhookd_store_info", "The store's engine; always 1.", 1,
             {{"engine", std::string{from.store_engine}}});
    to.gauge("webhookd_store_at_risk",
             "1 while a failover of the database could lose acknowledged events: a standby is asynchronous.",
             from.store_at_risk ? 1 : 0);
    if (counted.statistics) {
        to.gauge("webhookd_store_events", "Events in the store.", counted.statistics->events, of_store(from));
        to.gauge("webhookd_store_size_bytes", "The store's files, its journal included.",
                 counted.statistics->bytes, of_store(from));
        to.gauge("webhookd_store_journal_bytes", "The store's journal.", counted.statistics->journal_bytes);
        to.gauge(
            "webhookd_store_journal_held",
            "1 while the journal is long and a reader, a backup perhaps, keeps it from being started anew.",
            counted.statistics->journal_held ? 1 : 0);
    }
    if (counted.instances) write_instances(to, from, *counted.instances);
    to.counter("webhookd_store_purged_events_total",
               "Events that were older than the retention lets them be.", from.purger.events);
    to.counter("webhookd_store_purged_payloads_total", "Bodies that went before their events.",
               from.purger.payloads);
    to.counter("webhookd_store_purge_failures_total", "Rounds of purging that the store ended early.",
               from.purger.failures);
    to.gauge("webhookd_clock_doubt_seconds",
             "How far the clock is ahead of what the store's heartbeats let expect (negative: behind), while "
             "it is in doubt; else 0. Retention does not follow such a clock.",
             from.purger.clock_doubt.value_or(std::chrono::seconds{0}).count());
    std::error_code error;
    const auto space = std::filesystem::space(from.store_directory, error);
    if (error) return;
    to.gauge("webhookd_store_disk_free_bytes", "Room that is left on the store's file system.",
             space.available);
    to.gauge("webhookd_store_disk_size_bytes", "Size of the store's file system.", space.capacity);
}

} // namespace webhookd::telemetry
