#include "store/postgres/append_columns.hpp"

#include <webhookd/event/envelope.hpp>

#include "store/event_row.hpp"

#include <iterator>

namespace webhookd::store::postgres {
namespace {

constexpr std::size_t most_known_origins = 256; ///< far more than an installation has of one fetch

} // namespace

std::optional<std::int64_t> key_column::number_of(const std::shared_ptr<const key_text>& key) {
    if (!key) return std::nullopt;
    const auto [at, added] = ids_.try_emplace(key->jwk, static_cast<std::int64_t>(ids_.size()) + 1);
    if (added) {
        kids_.push(std::string_view{key->kid});
        jwks_.push(std::string_view{key->jwk});
        again_.push(std::string_view{key->jwk});
    }
    return at->second;
}

void origin_columns::add(const new_event& e) {
    if (!e.key || !e.key->origin) return;
    known_origins::value_type of{e.key, e.endpoint};
    if (known_.contains(of) || !fresh_.insert(std::move(of)).second) return;
    jwks_.push(std::string_view{e.key->jwk});
    endpoints_.push(std::string_view{e.endpoint});
    sources_.push(std::string_view{e.key->origin->source});
    fetched_.push(microseconds(e.key->origin->fetched));
}

void origin_columns::remember() {
    if (known_.size() + fresh_.size() > most_known_origins) known_.clear();
    known_.merge(fresh_);
}

void batch_columns::add(const new_event& e) {
    ++events_;
    const auto& v = e.envelope;
    const std::string_view texts[] = {e.endpoint,       v.id,       v.type,           v.user_id,
                                      v.trace_id,       v.api_key,  v.object_type,    v.object_id,
                                      v.transaction_id, v.state,    v.stalled_reason, e.source,
                                      e.metadata,       e.signature};
    for (std::size_t i = 0; i < std::size(texts); ++i)
        texts_[i].push(i < required ? std::optional{texts[i]} : unless_empty(texts[i]));
    at_.push(microseconds(instant_of(v, e.received)));
    created_.push(v.created ? std::optional{microseconds(*v.created)} : std::nullopt);
    received_.push(microseconds(e.received));
    key_.push(keys_.number_of(e.key));
    body_.push(bytes{e.body});
    for (const auto& each : e.deliveries)
        add_delivery(e, each);
    if (e.consumption) add_consumption(e);
}

parameters batch_columns::take(const session& self) {
    parameters p{self.clock_ahead(), self.id};
    for (std::size_t i = 0; i < required; ++i)
        p.add(std::move(texts_[i]));
    p.add(std::move(at_)).add(std::move(created_)).add(std::move(received_));
    for (std::size_t i = required; i < texts_.size() - 1; ++i)
        p.add(std::move(texts_[i]));
    p.add(std::move(key_)).add(std::move(texts_.back())).add(std::move(body_)).add(keys_.take());
    for (auto* each : {&event_, &handler_, &ordering_key_, &blocks_, &since_})
        p.add(std::move(*each));
    for (auto* each : {&used_event_, &used_at_, &used_endpoint_, &used_transaction_, &figures_})
        p.add(std::move(*each));
    return p;
}

void batch_columns::add_delivery(const new_event& e, const planned_delivery& d) {
    const auto key = event::ordering_key(e.envelope);
    event_.push(events_);
    handler_.push(std::string_view{d.handler});
    ordering_key_.push(d.ordering == ordering::none ? std::nullopt : unless_empty(key));
    blocks_.push(d.ordering == ordering::block);
    since_.push(microseconds(e.received));
}

void batch_columns::add_consumption(const new_event& e) {
    const auto& v = e.envelope;
    used_event_.push(events_);
    used_at_.push(microseconds(instant_of(v, e.received)));
    used_endpoint_.push(std::string_view{e.endpoint});
    used_transaction_.push(std::string_view{v.transaction_id.empty() ? v.id : v.transaction_id});
    for (const auto figure : {e.consumption->visas, e.consumption->seals, e.consumption->reviews})
        figures_.push(figure);
    for (const auto figure : e.consumption->signatures_by_level)
        figures_.push(figure);
}

} // namespace webhookd::store::postgres
