#include "admin/parameters.hpp"

#include "admin/format/records.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace webhookd::admin {
namespace {

/// `+` is a blank, as HTML forms and curl's --data-urlencode write it.
std::string decode(boost::urls::string_view encoded) {
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    const auto view = boost::urls::make_pct_string_view(encoded);
    return view ? view->decode(options) : std::string();
}

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

result<query> query::parse(std::string_view text, std::span<const std::string_view> known) {
    query parsed;
    if (text.empty()) return parsed;
    // As part of a URL, because boost::urls::parse_query of Boost 1.81 reads beyond the end of its text.
    const std::string target = "/?" + std::string(text);
    const auto url = boost::urls::parse_origin_form(target);
    if (!url) return failure{errc::argument_invalid, "the query is not well encoded"};
    for (const auto parameter : url->encoded_params()) {
        const auto name = decode(parameter.key);
        if (name.empty() && !parameter.has_value) continue; // `?` or `&` alone
        if (std::find(known.begin(), known.end(), name) == known.end())
            return failure{errc::argument_invalid, "there is no parameter '" + name + "' here"};
        if (!parsed.text(name).empty())
            return failure{errc::argument_invalid, "the parameter '" + name + "' stands twice"};
        parsed.parameters_.emplace_back(name, decode(parameter.value));
    }
    return parsed;
}

bool query::has(std::string_view name) const {
    return std::any_of(parameters_.begin(), parameters_.end(),
                       [&](const auto& each) { return each.first == name; });
}

std::string query::text(std::string_view name) const {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == parameters_.end() ? std::string() : found->second;
}

result<bool> query::flag(std::string_view name) const {
    const auto value = text(name);
    if (value.empty() || value == "false") return false;
    if (value == "true") return true;
    return failure{errc::argument_invalid, "'" + std::string(name) + "' is true or false"};
}

result<std::optional<std::int64_t>> query::number(std::string_view name, std::int64_t least,
                                                  std::int64_t most) const {
    const auto value = text(name);
    if (value.empty()) return std::optional<std::int64_t>{};
    std::int64_t parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc{} || end != value.data() + value.size() || parsed < least || parsed > most)
        return failure{errc::argument_invalid, "'" + std::string(name) + "' is a number from " +
                                                   std::to_string(least) + " to " + std::to_string(most)};
    return std::optional{parsed};
}

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

result<store::delivery_filter> read_failed_filter(const query& q) {
    auto filter = read_delivery_filter(q);
    if (filter && filter->state.value_or(store::delivery_state::failed) != store::delivery_state::failed)
        return failure{errc::argument_invalid, "'state' can only be failed here"};
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
