#pragma once

#include <webhookd/routing/pattern.hpp>
#include <webhookd/store/event_store.hpp>

#include "admin/query.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

/// What the parameters of a query say about events.
namespace webhookd::admin {

/// All that `read_filter` understands.
inline constexpr std::array<std::string_view, 7> filter_parameters{
    "created_gt", "created_lt", "type", "api_key", "transaction", "endpoint", "q"};
/// The same and the place in a list.
inline constexpr std::array<std::string_view, 9> list_parameters{
    "created_gt", "created_lt", "type", "api_key", "transaction", "endpoint", "q", "limit", "cursor"};

/// What an export with bodies understands.
inline constexpr std::array<std::string_view, 8> payload_parameters{
    "created_gt", "created_lt", "type", "api_key", "transaction", "endpoint", "q", "payload"};
/// What a replay of many understands.
inline constexpr std::array<std::string_view, 11> replay_parameters{
    "created_gt", "created_lt", "type",   "api_key", "transaction", "endpoint",
    "q",          "limit",      "cursor", "handler", "dry_run"};

/// `type` is a list with commas of resources (`transaction`), types and patterns (`action.*`), `!` excludes;
/// it is resolved against the types that ever arrived. Errors: argument_invalid, naming the parameter; the
/// store's.
[[nodiscard]] result<store::event_filter> read_filter(const query& q, store::event_store& store);

/// The same list as patterns. Errors: argument_invalid.
[[nodiscard]] result<routing::pattern_list> read_types(std::string_view list);

/// RFC 3339 with any offset, or a date. Nothing when it is not there. Errors: argument_invalid, naming it.
[[nodiscard]] result<std::optional<timestamp>> read_instant(const query& q, std::string_view name);

/// A place in the list, as one word for the next page's query.
[[nodiscard]] std::string to_cursor(const store::event_position& p);
/// Errors: argument_invalid, for anything that `to_cursor` does not write.
[[nodiscard]] result<std::optional<store::event_position>> read_cursor(const query& q);

} // namespace webhookd::admin
