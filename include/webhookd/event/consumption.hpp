#pragma once

#include <webhookd/event/envelope.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace webhookd::event {

/// What one or more completed transactions used, as Universign's `events-report` counts it.
struct consumption {
    std::int64_t visas = 0;
    std::int64_t seals = 0;
    std::int64_t reviews = 0;
    std::array<std::int64_t, 3> signatures_by_level{}; ///< `level_1` first

    [[nodiscard]] std::int64_t signatures() const noexcept {
        return signatures_by_level[0] + signatures_by_level[1] + signatures_by_level[2];
    }
    [[nodiscard]] std::int64_t total() const noexcept { return visas + seals + reviews + signatures(); }
    friend bool operator==(const consumption&, const consumption&) = default;
};

/// What a `transaction.lifecycle.completed` event tells of its transaction; nothing for any other event.
/// Source: wire-contract "The two REST calls"; how entries are counted is an assumption (A) that stands in
/// consumption.cpp alone: an entry of `instructions.signatures` is a visa where its field is of that type,
/// else a signature of its signer's `min_signature_level`, or of level 1 where none is given; each entry of
/// `instructions.reviews` is a review, each of `sealers` a seal.
[[nodiscard]] std::optional<consumption> count_consumption(const envelope& e, const document& body);

} // namespace webhookd::event
