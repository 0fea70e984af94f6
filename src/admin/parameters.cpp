#include "admin/parameters.hpp"

#include "admin/format/deliveries.hpp"

#include <charconv>

namespace webhookd::admin {
namespace {

failure invalid(std::string_view name, std::string_view why) {
    return {errc::argument_invalid, "'" + std::string(name) + "' " + std::string(why)};
}

/// `transaction` alone means everything about transactions.
std::string to_pattern(std::string_view type) {
    std::string text(type);
    if (type.find_first_of(".*?") == std::string_view::npos) text += ".*";
    return text;
}

/// Of the instants that a list can hold: far from where their type ends.
const timestamp::rep earliest = parse_rfc3339("0001-01-01T00:00:00Z")->time_since_epoch().count();
const timestamp::rep latest = parse_rfc3339("9999-12-31T23:59:59Z")->time_since_epoch().count();

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

result<std::optional<store::delivery_outcome>> read_outcome(const query& q) {
    using enum store::delivery_outcome;
    static constexpr std::pair<std::string_view, store::delivery_outcome> outcomes[]{
        {"none", none},
        {"pending", pending},
        {"successful", successful},
        {"failed", failed},
        {"discarded", discarded}};
    const auto name = q.text("outcome");
    if (name.empty()) return std::optional<store::delivery_outcome>{};
    for (const auto& [known, outcome] : outcomes)
        if (name == known) return std::optional{outcome};
    return invalid("outcome", "is none, pending, successful, failed or discarded");
}

} // namespace

result<routing::pattern_list> read_types(std::string_view list) {
    std::vector<std::string> patterns;
    for (std::size_t start = 0; start <= list.size();) {
        const auto end = std::min(list.find(',', start), list.size());
        patterns.push_back(to_pattern(list.substr(start, end - start)));
        start = end + 1;
    }
    auto parsed = routing::pattern_list::parse(patterns);
    if (!parsed) return invalid("type", parsed.error().detail);
    return parsed;
}

result<std::optional<timestamp>> read_instant(const query& q, std::string_view name) {
    auto text = q.text(name);
    if (text.empty()) return std::optional<timestamp>{};
    // A plus that was not percent-encoded has become a blank; only an offset has one there.
    constexpr std::size_t offset = 6; // `+02:00`
    if (text.size() > offset && text[text.size() - offset] == ' ') text[text.size() - offset] = '+';
    const auto parsed = parse_rfc3339(text);
    if (!parsed) return invalid(name, "is an instant as in RFC 3339: 2026-01-02T15:04:05Z");
    return std::optional{*parsed};
}

result<store::event_filter> read_filter(const query& q, store::event_query& events) {
    store::event_filter f;
    const auto after = read_instant(q, "created_gt");
    if (!after) return after.error();
    const auto before = read_instant(q, "created_lt");
    if (!before) return before.error();
    f.after = *after;
    f.before = *before;
    f.api_key = q.text("api_key");
    f.transaction_id = q.text("transaction");
    f.endpoint = q.text("endpoint");
    f.text = q.text("q");
    f.state = q.text("state");
    f.stalled_reason = q.text("stalled_reason");
    const auto outcome = read_outcome(q);
    if (!outcome) return outcome.error();
    f.outcome = *outcome;
    const auto list = q.text("type");
    if (list.empty()) return f;
    const auto wanted = read_types(list);
    if (!wanted) return wanted.error();
    const auto known = events.event_types();
    if (!known) return known.error();
    f.types.emplace();
    for (const auto& type : *known)
        if (wanted->matches(type.name)) f.types->push_back(type.name);
    return f;
}

std::string to_cursor(const store::event_position& p) {
    return std::to_string(p.at.time_since_epoch().count()) + '.' + std::to_string(p.offset);
}

result<std::optional<store::event_position>> read_cursor(const query& q) {
    const auto text = q.text("cursor");
    if (text.empty()) return std::optional<store::event_position>{};
    const std::string_view all = text;
    const auto dot = all.find('.');
    timestamp::rep at = 0;
    store::event_offset offset = 0;
    if (dot == std::string_view::npos || !read_number(all.substr(0, dot), at) ||
        !read_number(all.substr(dot + 1), offset) || at < earliest || at > latest || offset < 0 ||
        offset > largest_row)
        return invalid("cursor", "is not one that a list gave out as next_cursor");
    return std::optional{store::event_position{timestamp(timestamp::duration(at)), offset}};
}

result<store::stored_event> find_event(store::event_query& events, const std::string& id, const query& q) {
    return find_event(events, id, q.text("endpoint"));
}

result<store::stored_event> find_event(store::event_query& events, const std::string& id,
                                       const std::string& endpoint) {
    store::event_filter filter{.endpoint = endpoint, .event_id = id};
    auto found = events.search({.filter = std::move(filter), .limit = 2, .of = store::projection::full});
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "There is no such event."};
    if (found->size() > 1)
        return failure{errc::argument_invalid,
                       "Several endpoints have this event: 'endpoint' must name one of them."};
    return std::move(found->front());
}

result<store::delivery_filter> read_delivery_filter(const query& q) {
    store::delivery_filter filter;
    filter.handler = q.text("handler");
    filter.event_id = q.text("event");
    const auto state = q.text("state");
    using enum store::delivery_state;
    for (const auto each : {pending, successful, failed, discarded})
        if (state == name_of(each)) filter.state = each;
    if (!state.empty() && !filter.state)
        return failure{errc::argument_invalid, "'state' is pending, successful, failed or discarded"};
    if (q.has("cause")) filter.cause = q.text("cause");
    const auto after = read_instant(q, "created_gt");
    if (!after) return after.error();
    const auto before = read_instant(q, "created_lt");
    if (!before) return before.error();
    filter.after = *after;
    filter.before = *before;
    return filter;
}

result<store::delivery_id> read_delivery_id(const std::string& text) {
    store::delivery_id id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size())
        return failure{errc::store_not_found, "There is no such delivery."};
    return id;
}

result<store::delivery_record> find_delivery(store::delivery_query& deliveries, store::delivery_id id) {
    auto found = deliveries.deliveries({.id = id}, std::nullopt, 1);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "There is no such delivery."};
    return std::move(found->front());
}

} // namespace webhookd::admin
