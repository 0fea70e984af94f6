#pragma once

#include <webhookd/error.hpp>
#include <webhookd/routing/pattern.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/event_query.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a call's parameters say about events and deliveries.
namespace webhookd::admin {

/// Beyond every row's number, and far from where int64 ends: JSON's integers are exact up to here.
inline constexpr std::int64_t largest_row = std::int64_t{1} << 53;

/// The parameters of a URL's query, percent-decoded (`+` is a blank).
class query {
public:
    /// Errors: argument_invalid, naming the parameter that is unknown, repeated or badly encoded.
    static result<query> parse(std::string_view text, std::span<const std::string_view> known);
    static result<query> parse(std::string_view text, std::initializer_list<std::string_view> known) {
        return parse(text, std::span(known.begin(), known.size()));
    }

    [[nodiscard]] bool has(std::string_view name) const;
    /// Empty when it is not there.
    [[nodiscard]] std::string text(std::string_view name) const;
    /// `true` or `false`; false when it is not there. Errors: argument_invalid, naming the parameter.
    [[nodiscard]] result<bool> flag(std::string_view name) const;
    /// nullopt when it is not there. Errors: argument_invalid, naming it, for what is no number from `least`
    /// to `most`.
    [[nodiscard]] result<std::optional<std::int64_t>> number(std::string_view name, std::int64_t least,
                                                             std::int64_t most) const;

private:
    std::vector<std::pair<std::string, std::string>> parameters_;
};

/// From `created_gt`, `created_lt`, `type`, `api_key`, `transaction`, `endpoint`, `q`, `state`,
/// `stalled_reason` and `outcome`. `type` is a list
/// with commas of resources (`transaction`), types and patterns (`action.*`), `!` excludes; it is resolved
/// against the types that ever arrived. Reads the disk. Errors: argument_invalid, naming the parameter; the
/// store's.
[[nodiscard]] result<store::event_filter> read_filter(const query& q, store::event_query& events);

/// The same list as patterns. Errors: argument_invalid.
[[nodiscard]] result<routing::pattern_list> read_types(std::string_view list);

/// RFC 3339 with any offset, or a date. nullopt when it is not there. Errors: argument_invalid, naming it.
[[nodiscard]] result<std::optional<timestamp>> read_instant(const query& q, std::string_view name);

/// A position in the list, as one word for the next page's query.
[[nodiscard]] std::string to_cursor(const store::event_position& p);
/// Errors: argument_invalid, for anything that `to_cursor` does not write.
[[nodiscard]] result<std::optional<store::event_position>> read_cursor(const query& q);

/// The event with this id, at one endpoint or, if that is empty, at the only one that has it. As the next.
[[nodiscard]] result<store::stored_event> find_event(store::event_query& events, const std::string& id,
                                                     const std::string& endpoint);

/// The event with this id. Several endpoints may have one: then the parameter `endpoint` must say which.
/// Reads the disk. Errors: store_not_found, argument_invalid.
[[nodiscard]] result<store::stored_event> find_event(store::event_query& events, const std::string& id,
                                                     const query& q);

/// From `state`, `handler`, `event`, `cause`, `created_gt` and `created_lt`. Errors: argument_invalid, naming
/// the parameter.
[[nodiscard]] result<store::delivery_filter> read_delivery_filter(const query& q);
/// The same for a call that is about failed deliveries only: another `state` is an error.
[[nodiscard]] result<store::delivery_filter> read_failed_filter(const query& q);

/// Errors: store_not_found, for what is no number.
[[nodiscard]] result<store::delivery_id> read_delivery_id(const std::string& text);

/// Reads the disk. Errors: store_not_found; the store's.
[[nodiscard]] result<store::delivery_record> find_delivery(store::delivery_query& deliveries,
                                                           store::delivery_id id);

} // namespace webhookd::admin
