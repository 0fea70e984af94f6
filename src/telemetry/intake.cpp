#include "telemetry/page.hpp"

namespace webhookd::telemetry {
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

void write_intake(page& to, const metrics_snapshot& from) {
    for (const auto& [endpoint, counted] : from.intake)
        write_endpoint(to, endpoint, counted);
    to.counter("webhookd_requests_unknown_path_total", "Requests to a path that no endpoint has.",
               from.unknown_paths);
}

void write_key_sets(page& to, const metrics_snapshot& from) {
    for (const auto& [endpoint, status] : from.key_sets) {
        if (!status) continue;
        const labels who{{"endpoint", endpoint}};
        to.gauge("webhookd_key_set_keys", "Public keys in use.", status->keys, who);
        if (status->age)
            to.gauge("webhookd_key_set_age_seconds",
                     "Time since the key set was last confirmed by its source; missing until it first is.",
                     status->age->count(), who);
        to.gauge("webhookd_key_set_from_cache",
                 "1 while the key set comes from the last run and no fetch has confirmed it.",
                 status->from_cache ? 1 : 0, who);
        to.counter("webhookd_key_set_refreshes_total", "Fetches of the key set, failures included.",
                   status->refreshes, who);
        to.counter("webhookd_key_set_refresh_failures_total", "Fetches of the key set that failed.",
                   status->failures, who);
    }
}

void write_listeners(page& to, const metrics_snapshot& from) {
    for (const auto& [name, counted] : from.listeners) {
        const labels who{{"listener", name}};
        to.gauge("webhookd_http_connections", "Connections that are open.", counted.connections, who);
        to.gauge("webhookd_http_connections_limit", "Connections that may be open.", counted.limit, who);
        to.counter("webhookd_http_connections_accepted_total", "Connections accepted.", counted.accepted,
                   who);
        to.counter("webhookd_http_connections_turned_away_total",
                   "Connections turned away because as many were open as may be.", counted.turned_away, who);
        to.counter("webhookd_http_accept_errors_total",
                   "Failures to accept a connection, such as no descriptors left.", counted.accept_errors,
                   who);
        to.counter("webhookd_http_timeouts_total", "Requests that did not arrive in time.", counted.timeouts,
                   who);
        to.counter("webhookd_http_malformed_requests_total",
                   "Requests that were no HTTP, or beyond a limit of size.", counted.malformed, who);
        to.counter("webhookd_http_exceptions_total", "Requests that ended in a bug of the daemon's.",
                   counted.exceptions, who);
        to.gauge("webhookd_http_body_bytes", "Bytes of the bodies in flight, all together.",
                 counted.body_bytes, who);
        to.gauge("webhookd_http_body_bytes_limit", "Bytes that bodies in flight may have.",
                 counted.body_bytes_limit, who);
        to.counter("webhookd_http_bodies_refused_total",
                   "Bodies refused because there was no room for them beside the others.",
                   counted.bodies_refused, who);
    }
}

} // namespace webhookd::telemetry
