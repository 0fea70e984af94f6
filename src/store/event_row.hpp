#pragma once

#include <webhookd/store/delivery.hpp>
#include <webhookd/store/event.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// From the rows of a database to values, for every engine. A `Row` has integer(column), text(column),
/// bytes(column) and is_null(column); NULL reads as 0 or as empty.
namespace webhookd::store {

[[nodiscard]] inline timestamp instant(std::int64_t microseconds) {
    return timestamp{std::chrono::microseconds{microseconds}};
}
[[nodiscard]] inline std::int64_t microseconds(timestamp t) {
    return t.time_since_epoch().count();
}

/// A limit for SQL.
[[nodiscard]] inline std::int64_t at_most(std::size_t limit) {
    return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX));
}

/// What is empty is stored as NULL.
[[nodiscard]] inline std::optional<std::string_view> unless_empty(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return text;
}

template <class Row>
[[nodiscard]] std::optional<timestamp> maybe_instant(const Row& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return instant(row.integer(column));
}

/// The columns of an event, from `first` on: seq, endpoint, event_id, type, created, received, user_id,
/// trace_id, api_key, object_type, object_id, transaction_id, state, stalled_reason, source; for a full one
/// also kid, signature, body.
inline constexpr int body_column = 17;

template <class Row>
[[nodiscard]] stored_event read_event(const Row& row, projection of, int first = 0) {
    int column = first;
    const auto text = [&] { return std::string{row.text(column++)}; };
    stored_event e;
    e.offset = row.integer(column++);
    e.endpoint = text();
    e.envelope.id = text();
    e.envelope.type = text();
    e.envelope.created = maybe_instant(row, column++);
    e.received = instant(row.integer(column++));
    e.envelope.user_id = text();
    e.envelope.trace_id = text();
    e.envelope.api_key = text();
    e.envelope.object_type = text();
    e.envelope.object_id = text();
    e.envelope.transaction_id = text();
    e.envelope.state = text();
    e.envelope.stalled_reason = text();
    e.source = text();
    if (of == projection::envelope_only) return e;
    e.key_id = text();
    e.signature = text();
    e.body = row.bytes(column);
    return e;
}

/// The columns of a key: jwk, and the source and the instant of its origin.
template <class Row>
[[nodiscard]] kept_key read_kept_key(const Row& row) {
    kept_key key{std::string{row.text(0)}};
    if (const auto fetched = maybe_instant(row, 2))
        key.origin = key_origin{std::string{row.text(1)}, *fetched};
    return key;
}

/// The columns of a delivery as operators see it: id, event, endpoint, event_id, type, handler, state,
/// attempts, planned, due, finished, reason.
template <class Row>
[[nodiscard]] delivery_record read_record(const Row& row) {
    delivery_record r;
    r.id = row.integer(0);
    r.offset = row.integer(1);
    r.endpoint = row.text(2);
    r.event_id = row.text(3);
    r.event_type = row.text(4);
    r.handler = row.text(5);
    r.state = static_cast<delivery_state>(row.integer(6));
    r.attempts = static_cast<std::uint32_t>(row.integer(7));
    r.planned = instant(row.integer(8));
    r.due = maybe_instant(row, 9);
    r.finished = maybe_instant(row, 10);
    r.reason = row.text(11);
    return r;
}

/// The columns of a claim: id, attempts, forgiven, since, whether it is ordered; then those of the event.
template <class Row>
[[nodiscard]] claimed_delivery read_claim(const Row& row, projection of) {
    return {{row.integer(0)},
            static_cast<std::uint32_t>(row.integer(1)),
            static_cast<std::uint32_t>(row.integer(2)),
            instant(row.integer(3)),
            row.integer(4) != 0,
            read_event(row, of, 5)};
}

/// The columns of an attempt: started, duration, status, reason, output.
template <class Row>
[[nodiscard]] attempt read_attempt(const Row& row) {
    return {instant(row.integer(0)), std::chrono::microseconds{row.integer(1)},
            static_cast<int>(row.integer(2)), std::string{row.text(3)}, std::string{row.text(4)}};
}

/// The columns of a sum of consumption: visas, seals, reviews, and signatures by level.
template <class Row>
[[nodiscard]] event::consumption read_consumption(const Row& row, int column = 0) {
    event::consumption used;
    for (auto* figure : {&used.visas, &used.seals, &used.reviews})
        *figure = row.integer(column++);
    for (auto& signatures : used.signatures_by_level)
        signatures = row.integer(column++);
    return used;
}

} // namespace webhookd::store
