#include <webhookd/admin/metrics.hpp>

#include "admin/metrics/families.hpp"

#include <memory>

namespace webhookd::admin {
namespace {

/// What every scrape shares.
struct scraper {
    explicit scraper(metric_sources s)
        : from(std::move(s))
        , store(from.store, from.readers) {}

    metric_sources from;
    metrics::store_reader store;
};

runtime::task<http::response> scrape(std::shared_ptr<scraper> s, const access& who, http::request& r) {
    if (auto refusal = who.refuse(r, open_page::metrics)) co_return std::move(*refusal);
    const auto read = co_await s->store.read();
    metrics::page page;
    metrics::write_intake(page, s->from);
    metrics::write_keys(page, s->from);
    metrics::write_listeners(page, s->from);
    metrics::write_writer(page, s->from);
    metrics::write_deliveries(page, s->from, *read);
    metrics::write_store(page, s->from, *read);
    metrics::write_process(page);
    co_return http::response{http::status::ok, "text/plain; version=0.0.4; charset=utf-8", page.text(), {}};
}

} // namespace

void add_metrics(http::router& router, const access& who, metric_sources sources) {
    router.add(http::verb::get, "/metrics",
               [&who, shared = std::make_shared<scraper>(std::move(sources))](http::request& r) {
                   return scrape(shared, who, r);
               });
}

} // namespace webhookd::admin
