#include "admin/endpoints/endpoints.hpp"
#include "admin/run_on.hpp"

namespace webhookd::admin {

outcome show_alive(const call&) {
    http::response alive;
    alive.body = "{\"status\":\"alive\"}\n";
    return alive;
}

outcome show_readiness(const call& c) {
    auto judged = telemetry::judge_readiness(c.from.readiness());
    http::response r;
    r.status = judged.ready ? http::status::ok : http::status::service_unavailable;
    r.body = std::move(judged.json) + '\n';
    return r;
}

/// What the store must count is as old as the last count, where another scrape is counting or none is due.
task<outcome> show_metrics(const call& c) {
    auto& counter = c.from.counter;
    if (counter.begin()) {
        std::function<result<void>()> count = [&counter]() -> result<void> {
            counter.count();
            return {};
        };
        co_await on_reader<void>(c.from.readers, std::move(count));
    }
    http::response r;
    r.content_type = "text/plain; version=0.0.4; charset=utf-8";
    r.body = telemetry::render_metrics(c.from.metrics(), *counter.last());
    co_return r;
}

} // namespace webhookd::admin
