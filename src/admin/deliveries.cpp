#include <webhookd/admin/deliveries.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/answer.hpp"
#include "admin/delivery_json.hpp"
#include "admin/list_answer.hpp"
#include "admin/on_reader.hpp"
#include "admin/on_writer.hpp"
#include "admin/query.hpp"

#include <algorithm>
#include <charconv>

namespace webhookd::admin {
namespace {

using http::problem;
using http::status;
using runtime::task;

constexpr std::int64_t default_deliveries_page = 50;
constexpr std::int64_t largest_deliveries_page = 1000;
constexpr std::int64_t largest_retry = 10'000;

result<store::delivery_filter> read_filter(const query& q) {
    store::delivery_filter filter;
    filter.handler = q.text("handler");
    filter.event_id = q.text("event");
    const auto state = q.text("state");
    for (const auto each :
         {store::delivery_state::pending, store::delivery_state::successful, store::delivery_state::failed})
        if (state == name_of(each)) filter.state = each;
    if (!state.empty() && !filter.state)
        return failure{errc::argument_invalid, "'state' is pending, successful or failed"};
    return filter;
}

result<store::delivery_id> read_id(const http::request& r) {
    const auto& text = r.parameters.at(0);
    store::delivery_id id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size())
        return failure{errc::store_not_found, "There is no such delivery."};
    return id;
}

result<http::response> list(const delivery_sources& from, const http::request& r) {
    const auto q = query::parse(r.query, {"state", "handler", "event", "limit", "cursor"});
    if (!q) return q.error();
    const auto filter = read_filter(*q);
    if (!filter) return filter.error();
    const auto limit = q->number("limit", 1, largest_deliveries_page);
    if (!limit) return limit.error();
    const auto cursor = q->number("cursor", 1, largest_row);
    if (!cursor) return cursor.error();
    const auto page = static_cast<std::size_t>(limit->value_or(default_deliveries_page));
    auto found = from.store.deliveries(*filter, *cursor, page + 1);
    if (!found) return found.error();
    const auto row = [](json_answer& json, const auto& each) { write(json, each); };
    return list_answer(std::move(*found), page, row,
                       [](const auto& last) { return std::to_string(last.id); });
}

result<store::delivery_record> find(const delivery_sources& from, store::delivery_id id) {
    auto found = from.store.deliveries({.id = id}, std::nullopt, 1);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "There is no such delivery."};
    return std::move(found->front());
}

result<http::response> show(const delivery_sources& from, const http::request& r) {
    const auto id = read_id(r);
    if (!id) return id.error();
    const auto found = find(from, *id);
    if (!found) return found.error();
    const auto attempts = from.store.attempts(*id);
    if (!attempts) return attempts.error();
    json_answer json;
    write(json, *found);
    json.key("history");
    json.begin_array();
    for (const auto& each : *attempts)
        write(json, each);
    json.end_array();
    json.end_object();
    return json.take();
}

/// Dead letters of the handlers that are configured, and what waits because a clock was wrong.
result<std::size_t> retry_of(store::event_store& store, const store::delivery_filter& filter,
                             const delivery::engine::handlers& handlers, std::size_t limit) {
    std::size_t count = 0;
    for (const auto& [name, longest_delay] : handlers) {
        auto of_handler = filter;
        of_handler.handler = name;
        const auto retried = store.retry(of_handler, limit - count);
        if (!retried) return retried.error();
        count += *retried;
        if (filter.id || !filter.event_id.empty()) continue;
        const auto called = store.call_back(name, longest_delay, limit - count);
        if (!called) return called.error();
        count += *called;
    }
    return count;
}

task<result<std::size_t>> retry(const delivery_sources& from, store::delivery_filter filter,
                                delivery::engine::handlers handlers, std::size_t limit, identity who) {
    // Named first: GCC 12 destroys a temporary within a co_await expression twice.
    std::function<result<std::size_t>()> write = [filter, handlers = std::move(handlers), limit,
                                                  &store = from.store] {
        return retry_of(store, filter, handlers, limit);
    };
    const auto done = co_await on_writer<std::size_t>(from.writer, std::move(write));
    if (done && *done > 0) {
        from.engine.wake();
        log::info("deliveries are retried by hand", {{"by", who.name}, {"deliveries", *done}});
    }
    co_return done;
}

/// Of the configured handlers that one, or where none is named all.
delivery::engine::handlers chosen_handlers(const delivery_sources& from, std::string_view name) {
    auto all = from.engine.configured();
    if (!name.empty()) std::erase_if(all, [name](const auto& each) { return each.first != name; });
    return all;
}

http::response not_configured(const std::string& handler) {
    return problem(status::conflict,
                   "The handler " + handler +
                       " is not in the configuration: what were retried would wait for ever.");
}

/// Handlers that are not configured and have dead letters the filter names: those were not retried.
result<std::vector<std::string>> skipped_handlers(const delivery_sources& from,
                                                  store::delivery_filter filter) {
    std::vector<std::string> skipped;
    const auto known = from.store.waiting_by_handler();
    if (!known) return known.error();
    const auto configured = from.engine.configured();
    filter.state = store::delivery_state::failed;
    for (const auto& [name, waiting] : *known) {
        if (std::any_of(configured.begin(), configured.end(), [&](const auto& h) { return h.first == name; }))
            continue;
        filter.handler = name;
        const auto some = from.store.deliveries(filter, std::nullopt, 1);
        if (!some) return some.error();
        if (!some->empty()) skipped.push_back(name);
    }
    return skipped;
}

http::response count_answer(std::size_t count, const std::vector<std::string>& skipped = {}) {
    json_answer json;
    json.begin_object();
    json.number("retried", static_cast<std::int64_t>(count));
    if (!skipped.empty()) {
        json.key("skipped_handlers");
        json.begin_array();
        for (const auto& each : skipped)
            json.text(each);
        json.end_array();
    }
    json.end_object();
    return json.take();
}

task<result<http::response>> retry_one(const delivery_sources& from, const http::request& r, identity who) {
    const auto id = read_id(r);
    if (!id) co_return id.error();
    std::function<result<store::delivery_record>()> look = [&from, id = *id] { return find(from, id); };
    const auto found = co_await on_reader<store::delivery_record>(from.readers, std::move(look));
    if (!found) co_return found.error();
    const bool waits = found->state == store::delivery_state::pending && found->due > from.clock.now();
    if (found->state != store::delivery_state::failed && !waits)
        co_return problem(status::conflict,
                          std::string("The delivery has not failed: it is ") + name_of(found->state) + ".");
    auto handlers = chosen_handlers(from, found->handler);
    if (handlers.empty()) co_return not_configured(found->handler);
    store::delivery_filter filter;
    filter.id = *id;
    const auto done = co_await retry(from, std::move(filter), std::move(handlers), 1, std::move(who));
    if (!done) co_return done.error();
    if (*done == 0)
        co_return problem(status::conflict, "The delivery cannot run again: its event's body was purged.");
    co_return count_answer(*done);
}

task<result<http::response>> retry_many(const delivery_sources& from, const http::request& r, identity who) {
    const auto q = query::parse(r.query, {"state", "handler", "event", "limit"});
    if (!q) co_return q.error();
    const auto filter = read_filter(*q);
    if (!filter) co_return filter.error();
    if (filter->state && *filter->state != store::delivery_state::failed)
        co_return failure{errc::argument_invalid, "'state' can only be failed here"};
    const auto limit = q->number("limit", 1, largest_retry);
    if (!limit) co_return limit.error();
    const auto most = static_cast<std::size_t>(limit->value_or(largest_retry));
    auto handlers = chosen_handlers(from, filter->handler);
    if (handlers.empty() && !filter->handler.empty()) co_return not_configured(filter->handler);
    const auto done = co_await retry(from, *filter, std::move(handlers), most, std::move(who));
    if (!done) co_return done.error();
    if (!filter->handler.empty()) co_return count_answer(*done);
    const auto skipped = skipped_handlers(from, *filter);
    if (!skipped) co_return skipped.error();
    co_return count_answer(*done, *skipped);
}

result<http::response> handlers(const delivery_sources& from, const http::request& r) {
    if (const auto q = query::parse(r.query, {}); !q) return q.error();
    const auto waiting = from.store.waiting_by_handler();
    if (!waiting) return waiting.error();
    json_answer json;
    json.begin_object();
    json.text("object", "list");
    json.key("data");
    json.begin_array();
    for (const auto& each : from.engine.snapshot()) {
        const auto found = waiting->find(each.name);
        const auto attempts = each.successful + each.retried + each.failed;
        json.begin_object();
        json.text("object", "handler");
        json.text("name", each.name);
        json.text("circuit", to_string(each.circuit));
        json.number("in_flight", static_cast<std::int64_t>(each.in_flight));
        json.number("waiting", found == waiting->end() ? 0 : found->second);
        json.number("successful", static_cast<std::int64_t>(each.successful));
        json.number("retried", static_cast<std::int64_t>(each.retried));
        json.number("failed", static_cast<std::int64_t>(each.failed));
        if (attempts > 0)
            json.decimal("success_rate",
                         static_cast<double>(each.successful) / static_cast<double>(attempts));
        else
            json.null("success_rate");
        json.maybe_text("last_error", each.last_error);
        json.instant("last_error_at", each.last_error_at);
        json.end_object();
    }
    json.end_array();
    json.flag("has_more", false);
    json.end_object();
    return json.take();
}

/// Answers on a reader's thread.
using reading = result<http::response> (*)(const delivery_sources&, const http::request&);
using writing = task<result<http::response>> (*)(const delivery_sources&, const http::request&, identity);

task<http::response> answer(const delivery_sources& from, http::request& r, reading read) {
    auto allowed = from.who.authorize(r, config::role::integrator);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    // Named first: GCC 12 destroys a temporary within a co_await expression twice.
    std::function<result<http::response>()> work = [&from, &r, read] { return read(from, r); };
    auto done = co_await on_reader<http::response>(from.readers, std::move(work));
    co_return done ? std::move(*done) : to_answer(done.error());
}

task<http::response> change(const delivery_sources& from, http::request& r, writing write) {
    auto allowed = from.who.authorize(r, config::role::integrator);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    auto who = std::get<identity>(std::move(allowed));
    auto done = co_await write(from, r, std::move(who));
    co_return done ? std::move(*done) : to_answer(done.error());
}

} // namespace

void add_deliveries(http::router& router, delivery_sources sources) {
    const auto get = [&](const char* path, reading read) {
        router.add(http::verb::get, path,
                   [sources, read](http::request& r) { return answer(sources, r, read); });
    };
    const auto post = [&](const char* path, writing write) {
        router.add(http::verb::post, path,
                   [sources, write](http::request& r) { return change(sources, r, write); });
    };
    get("/v1/handlers", handlers);
    get("/v1/deliveries", list);
    get("/v1/deliveries/{id}", show);
    post("/v1/deliveries/{id}/retry", retry_one);
    post("/v1/deliveries/retry", retry_many);
}

} // namespace webhookd::admin
