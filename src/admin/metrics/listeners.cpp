#include "admin/metrics/families.hpp"

namespace webhookd::admin::metrics {

void write_listeners(page& to, const metric_sources& from) {
    for (const auto& [name, counted] : from.listeners()) {
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

} // namespace webhookd::admin::metrics
