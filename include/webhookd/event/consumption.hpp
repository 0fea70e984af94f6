#pragma once

#include <webhookd/event/envelope.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>

namespace webhookd::event {

/// What one or more completed transactions used, as Universign's `events-report` counts it.
struct consumption {
    static constexpr std::size_t levels = 5; ///< `level0` (simple, without code) to `level4` (qualified)

    std::int64_t visas = 0;
    std::int64_t seals = 0;
    std::int64_t reviews = 0;
    std::array<std::int64_t, levels> signatures_by_level{}; ///< by the level's number

    [[nodiscard]] std::int64_t signatures() const noexcept {
        return std::accumulate(signatures_by_level.begin(), signatures_by_level.end(), std::int64_t{0});
    }
    [[nodiscard]] std::int64_t total() const noexcept { return visas + seals + reviews + signatures(); }
    friend bool operator==(const consumption&, const consumption&) = default;
};

/// The consumption of the transaction of a `transaction.lifecycle.completed` event; nullopt for any other
/// event.
/// Each field of `instructions.signatures` counts once: as a seal where a seal signs it, as a visa where its
/// type is `visa`, else as a signature of the highest level that its signers require. Each entry of
/// `instructions.reviews` is a review; sealers that sign no field are seals as well. The order of entries and
/// of participants does not matter. Members of an unexpected type count as absent.
/// Source: wire-contract "Transaction object" and "REST calls that matter here". Universign does not say how
/// its report counts: what is assumed is listed at the head of consumption.cpp, and nowhere else relied on.
[[nodiscard]] std::optional<consumption> count_consumption(const envelope& e, const document& body);

} // namespace webhookd::event
