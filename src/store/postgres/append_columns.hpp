#pragma once

#include <webhookd/store/event_log.hpp>

#include "store/postgres/parameters.hpp"
#include "store/postgres/session.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {

/// The keys, as they were fetched, whose origin is known to be kept for an endpoint: no batch says it again.
using known_origins = std::set<std::pair<std::shared_ptr<const key_text>, std::string>>;

/// Each JWK once, and its number from 1.
class key_column {
public:
    std::optional<std::int64_t> number_of(const std::shared_ptr<const key_text>& key);
    [[nodiscard]] bool empty() const noexcept { return ids_.empty(); }
    [[nodiscard]] parameters to_add() { return parameters{std::move(kids_), std::move(jwks_)}; }
    [[nodiscard]] array&& take() { return std::move(again_); }

private:
    std::unordered_map<std::string_view, std::int64_t> ids_;
    array kids_{array::of::texts};
    array jwks_{array::of::texts};
    array again_{array::of::texts};
};

/// The origins of a batch's keys that are not known to be kept.
class origin_columns {
public:
    explicit origin_columns(known_origins& known)
        : known_(known) {}

    void add(const new_event& e);
    [[nodiscard]] bool empty() const noexcept { return fresh_.empty(); }
    [[nodiscard]] parameters take() {
        return parameters{std::move(jwks_), std::move(endpoints_), std::move(sources_), std::move(fetched_)};
    }
    /// Once they are committed.
    void remember();

private:
    known_origins& known_;
    known_origins fresh_;
    array jwks_{array::of::texts};
    array endpoints_{array::of::texts};
    array sources_{array::of::texts};
    array fetched_{array::of::integers};
};

/// The columns of the events of a batch, of their deliveries and of what they used.
class batch_columns {
public:
    void add(const new_event& e);
    [[nodiscard]] bool has_keys() const noexcept { return !keys_.empty(); }
    [[nodiscard]] parameters keys() { return keys_.to_add(); }
    /// In the order of the parameters of the statement that keeps them.
    [[nodiscard]] parameters take(const session& self);

private:
    static constexpr std::size_t required = 3; ///< of the texts: they are never NULL

    void add_delivery(const new_event& e, const planned_delivery& d);
    void add_consumption(const new_event& e);

    std::int64_t events_ = 0;
    std::vector<array> texts_ = std::vector<array>(14, array{array::of::texts});
    array at_{array::of::integers};
    array created_{array::of::integers};
    array received_{array::of::integers};
    array key_{array::of::integers};
    array body_{array::of::bytes};
    key_column keys_;
    // Of deliveries:
    array event_{array::of::integers};
    array handler_{array::of::texts};
    array ordering_key_{array::of::texts};
    array blocks_{array::of::booleans};
    array since_{array::of::integers};
    // Of completed transactions:
    array used_event_{array::of::integers};
    array used_at_{array::of::integers};
    array used_endpoint_{array::of::texts};
    array used_transaction_{array::of::texts};
    array figures_{array::of::integers};
};

} // namespace webhookd::store::postgres
