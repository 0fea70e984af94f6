#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/records.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

using http::problem;
using http::status;

constexpr std::int64_t largest_retry = 10'000;

/// Dead letters of the handlers that are configured, and what waits because a clock was wrong.
result<std::size_t> retry_now(store::delivery_queue& queue, const store::delivery_filter& filter,
                              const delivery::engine::handlers& handlers, std::size_t limit) {
    std::size_t count = 0;
    for (const auto& [name, longest_delay] : handlers) {
        auto of_handler = filter;
        of_handler.handler = name;
        const auto retried = queue.retry(of_handler, limit - count);
        if (!retried) return retried.error();
        count += *retried;
        if (filter.id || filter.cause || !filter.event_id.empty()) continue;
        const auto called = queue.call_back(name, longest_delay, limit - count);
        if (!called) return called.error();
        count += *called;
    }
    return count;
}

task<result<std::size_t>> retry(const call& c, store::delivery_filter filter,
                                delivery::engine::handlers handlers, std::size_t limit) {
    std::function<result<std::size_t>()> write = [filter, handlers = std::move(handlers), limit,
                                                  &queue = c.from.queue] {
        return retry_now(queue, filter, handlers, limit);
    };
    const auto done = co_await on_writer<std::size_t>(c.from.writer, std::move(write));
    if (done && *done > 0)
        log::info("deliveries are retried by hand", {{"by", c.who.name}, {"deliveries", *done}});
    co_return done;
}

/// Of the configured handlers that one, or where none is named all.
delivery::engine::handlers chosen_handlers(const api_sources& from, std::string_view name) {
    auto all = from.engine.configured();
    if (!name.empty()) std::erase_if(all, [name](const auto& each) { return each.first != name; });
    return all;
}

http::response not_configured(const std::string& handler) {
    return problem(status::conflict,
                   "The handler " + handler +
                       " is not in the configuration: what were retried would wait for ever.");
}

/// Handlers that are not configured and have dead letters the filter names: those were not retried. Reads the
/// store.
result<std::vector<std::string>> skipped_handlers(const api_sources& from, store::delivery_filter filter) {
    std::vector<std::string> skipped;
    const auto known = from.deliveries.waiting_by_handler();
    if (!known) return known.error();
    const auto configured = from.engine.configured();
    filter.state = store::delivery_state::failed;
    for (const auto& [name, waiting] : *known) {
        if (std::any_of(configured.begin(), configured.end(), [&](const auto& h) { return h.first == name; }))
            continue;
        filter.handler = name;
        const auto some = from.deliveries.deliveries(filter, std::nullopt, 1);
        if (!some) return some.error();
        if (!some->empty()) skipped.push_back(name);
    }
    return skipped;
}

http::response retried(std::size_t count, const std::vector<std::string>& skipped = {}) {
    json_response json;
    json.begin_object();
    json.number("retried", static_cast<std::int64_t>(count));
    if (!skipped.empty()) json.texts("skipped_handlers", skipped);
    json.end_object();
    return json.take();
}

} // namespace

task<outcome> retry_delivery(const call& c) {
    const auto id = read_delivery_id(c.id());
    if (!id) co_return id.error();
    const auto found = co_await find_delivery_on_reader(c, *id);
    if (!found) co_return found.error();
    const bool waits = found->state == store::delivery_state::pending && found->due > c.from.clock.now();
    const bool ended =
        found->state == store::delivery_state::failed || found->state == store::delivery_state::discarded;
    if (!ended && !waits)
        co_return problem(status::conflict,
                          std::string("The delivery has not failed: it is ") + name_of(found->state) + ".");
    auto handlers = chosen_handlers(c.from, found->handler);
    if (handlers.empty()) co_return not_configured(found->handler);
    store::delivery_filter filter;
    filter.id = *id;
    const auto done = co_await retry(c, std::move(filter), std::move(handlers), 1);
    if (!done) co_return done.error();
    if (*done == 0)
        co_return problem(status::conflict, "The delivery cannot run again: its event's body was purged.");
    co_return retried(*done);
}

task<outcome> retry_deliveries(const call& c) {
    const auto filter = read_failed_filter(c.parameters);
    if (!filter) co_return filter.error();
    const auto limit = c.parameters.number("limit", 1, largest_retry);
    if (!limit) co_return limit.error();
    const auto most = static_cast<std::size_t>(limit->value_or(largest_retry));
    auto handlers = chosen_handlers(c.from, filter->handler);
    if (handlers.empty() && !filter->handler.empty()) co_return not_configured(filter->handler);
    const auto done = co_await retry(c, *filter, std::move(handlers), most);
    if (!done) co_return done.error();
    if (!filter->handler.empty()) co_return retried(*done);
    std::function<result<std::vector<std::string>>()> read = [&c, &filter = *filter] {
        return skipped_handlers(c.from, filter);
    };
    const auto skipped = co_await on_reader<std::vector<std::string>>(c.from.readers, std::move(read));
    if (!skipped) co_return skipped.error();
    co_return retried(*done, *skipped);
}

} // namespace webhookd::admin
