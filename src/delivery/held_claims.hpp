#pragma once

#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/store/delivery.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace webhookd::delivery {

/// The claims of this process, until their outcome is recorded: their leases are short and are extended all
/// together, so that another process soon gets the claims of a dead one. On the engine's thread.
class held_claims {
public:
    using steady = circuit_breaker::clock;
    /// Whatever a handler's timeout.
    static constexpr std::chrono::seconds lease{30};

    void add(std::span<const store::claimed_delivery> claimed, steady::time_point now) {
        if (held_.empty()) extended(now);
        for (const auto& each : claimed)
            held_[each.claim.id] = each.claim.token;
    }
    void remove(const store::claim& c) {
        const auto found = held_.find(c.id);
        if (found != held_.end() && found->second == c.token) held_.erase(found);
    }
    void remove(std::span<const store::claim> claims) {
        for (const auto& each : claims)
            remove(each);
    }
    /// Another has them.
    void forget(std::span<const store::delivery_id> lost) {
        for (const auto id : lost)
            held_.erase(id);
    }

    /// When to extend them all; nullopt: there are none.
    [[nodiscard]] std::optional<steady::time_point> extend_at() const {
        return held_.empty() ? std::nullopt : std::optional(extend_at_);
    }
    void extended(steady::time_point now) {
        extend_at_ = now + extend_every;
        sure_until_ = now + sure_for;
    }
    void extend_failed(steady::time_point now) { extend_at_ = now + pause_after_failed_extend; }
    /// Until when no other has any of them. Beyond that, where there are some, an extension must come first.
    [[nodiscard]] steady::time_point sure_until() const noexcept { return sure_until_; }
    /// No extension has succeeded for so long that leases may be over, and others have the claims.
    [[nodiscard]] bool may_be_over(steady::time_point now) const {
        return !held_.empty() && now >= sure_until_;
    }
    [[nodiscard]] std::vector<store::claim> all() const {
        std::vector<store::claim> claims;
        claims.reserve(held_.size());
        for (const auto& [id, token] : held_)
            claims.push_back({id, token});
        return claims;
    }

private:
    static constexpr std::chrono::seconds extend_every{10};
    static constexpr std::chrono::seconds pause_after_failed_extend{1};
    /// A lease began when the store made it, up to some seconds before its answer came.
    static constexpr std::chrono::seconds sure_for = lease - std::chrono::seconds{5};

    std::unordered_map<store::delivery_id, std::int64_t> held_; ///< to their tokens
    steady::time_point extend_at_{};
    steady::time_point sure_until_{};
};

} // namespace webhookd::delivery
