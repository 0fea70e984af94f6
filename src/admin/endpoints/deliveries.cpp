#include "admin/endpoints/endpoints.hpp"
#include "admin/format/records.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

namespace webhookd::admin {
namespace {

constexpr std::int64_t default_deliveries_page = 50;
constexpr std::int64_t largest_deliveries_page = 1000;
constexpr std::int64_t usual_groups = 100;
constexpr std::int64_t most_groups = 500;

} // namespace

task<result<store::delivery_record>> find_delivery_on_reader(const call& c, store::delivery_id id) {
    std::function<result<store::delivery_record>()> find = [&c, id] {
        return find_delivery(c.from.deliveries, id);
    };
    co_return co_await on_reader<store::delivery_record>(c.from.readers, std::move(find));
}

outcome list_deliveries(const call& c) {
    const auto filter = read_delivery_filter(c.parameters);
    if (!filter) return filter.error();
    const auto limit = c.parameters.number("limit", 1, largest_deliveries_page);
    if (!limit) return limit.error();
    const auto cursor = c.parameters.number("cursor", 1, largest_row);
    if (!cursor) return cursor.error();
    const auto page = static_cast<std::size_t>(limit->value_or(default_deliveries_page));
    auto found = c.from.deliveries.deliveries(*filter, *cursor, page + 1);
    if (!found) return found.error();
    const auto row = [](json_response& json, const auto& each) { write(json, each); };
    return list_response(std::move(*found), page, row,
                         [](const auto& last) { return std::to_string(last.id); });
}

outcome show_delivery(const call& c) {
    const auto id = read_delivery_id(c.id());
    if (!id) return id.error();
    const auto found = find_delivery(c.from.deliveries, *id);
    if (!found) return found.error();
    const auto attempts = c.from.deliveries.attempts(*id);
    if (!attempts) return attempts.error();
    json_response json;
    write(json, *found);
    write_history(json, *attempts);
    const auto discards = c.from.deliveries.discards(*id);
    if (!discards) return discards.error();
    write_discards(json, *discards);
    json.end_object();
    return json.take();
}

outcome list_failures(const call& c) {
    const auto filter = read_failed_filter(c.parameters);
    if (!filter) return filter.error();
    const auto limit = c.parameters.number("limit", 1, most_groups);
    if (!limit) return limit.error();
    const auto most = static_cast<std::size_t>(limit->value_or(usual_groups));
    auto found = c.from.deliveries.failure_groups(filter->handler, most + 1);
    if (!found) return found.error();
    const auto row = [](json_response& json, const auto& each) { write(json, each); };
    return list_response(std::move(*found), most, row, [](const auto&) { return std::string{}; });
}

outcome list_handlers(const call& c) {
    const auto waiting = c.from.deliveries.waiting_by_handler();
    if (!waiting) return waiting.error();
    const auto now = c.from.clock.now();
    json_response json;
    json.begin_object();
    json.text("object", "list");
    json.key("data");
    json.begin_array();
    for (const auto& each : c.from.engine.snapshot()) {
        const auto found = waiting->find(each.name);
        write(json, each, found == waiting->end() ? 0 : found->second, now);
    }
    json.end_array();
    json.flag("has_more", false);
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
