#include "admin/metrics/families.hpp"

namespace webhookd::admin::metrics {
namespace {

void write_endpoint(page& to, const std::string& endpoint, const ingest::intake_counts& counted) {
    const labels who{{"endpoint", endpoint}};
    to.counter("webhookd_events_received_total",
               "Requests to an endpoint whose body was read, whatever came of them.", counted.received, who);
    to.counter("webhookd_events_accepted_total", "Events that were kept and acknowledged.", counted.accepted,
               who);
    to.counter("webhookd_events_duplicate_total", "Events that were acknowledged and had been kept before.",
               counted.duplicates, who);
    for (std::size_t i = 0; i < ingest::refusals.size(); ++i) {
        const auto& why = ingest::refusals[i];
        const labels with{{"endpoint", endpoint}, {"reason", std::string(why.name)}};
        if (why.deferral)
            to.counter("webhookd_events_deferred_total",
                       "Requests answered 503: the sender should come again. Those refused by their headers "
                       "are not among the received.",
                       counted.refused[i], with);
        else
            to.counter(
                "webhookd_events_rejected_total",
                "Requests refused for good. Those refused by their headers are not among the received.",
                counted.refused[i], with);
    }
    for (std::size_t i = 0; i < ingest::ignored_names.size(); ++i)
        to.counter("webhookd_events_ignored_total",
                   "Authentic events that were acknowledged and not kept: of a workspace that the endpoint's "
                   "`only` does not name.",
                   counted.ignored[i],
                   {{"endpoint", endpoint}, {"reason", std::string(ingest::ignored_names[i])}});
    to.histogram("webhookd_verify_duration_seconds",
                 "Time to prove a signature that holds, a wait for the key set included.", counted.verified,
                 nanoseconds_per_second, who);
    to.histogram("webhookd_acknowledge_duration_seconds",
                 "Time from a request's last byte to its 200: verify, parse, route, keep.",
                 counted.acknowledged, nanoseconds_per_second, who);
}

} // namespace

void write_intake(page& to, const metric_sources& from) {
    for (const auto& [endpoint, counted] : from.receiver.intake())
        write_endpoint(to, endpoint, counted);
    to.counter("webhookd_requests_unknown_path_total", "Requests to a path that no endpoint has.",
               from.receiver.astray());
}

void write_keys(page& to, const metric_sources& from) {
    for (const auto& [endpoint, ring] : from.key_rings) {
        if (ring == nullptr) continue;
        const labels who{{"endpoint", endpoint}};
        const auto status = ring->current_status();
        to.gauge("webhookd_key_set_keys", "Public keys in use.", status.keys, who);
        if (status.age)
            to.gauge("webhookd_key_set_age_seconds",
                     "Time since the key set was last confirmed by its source; missing until it first is.",
                     status.age->count(), who);
        to.gauge("webhookd_key_set_from_cache",
                 "1 while the key set comes from the last run and no fetch has confirmed it.",
                 status.from_cache ? 1 : 0, who);
        to.counter("webhookd_key_set_refreshes_total", "Fetches of the key set, failures included.",
                   status.refreshes, who);
        to.counter("webhookd_key_set_refresh_failures_total", "Fetches of the key set that failed.",
                   status.failures, who);
    }
}

} // namespace webhookd::admin::metrics
