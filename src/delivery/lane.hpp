#pragma once

#include <webhookd/delivery/engine.hpp>

#include "delivery/claim_queue.hpp"

#include <memory>
#include <optional>

namespace webhookd::delivery {

/// One handler within the engine: its claims, its circuit and its figures. On the engine's thread, but for
/// `take_over`.
class lane {
public:
    using steady = circuit_breaker::clock;

    /// `counted` goes on counting where the handler of this name had one before.
    explicit lane(lane_setup s,
                  std::shared_ptr<attempt_counters> counted = std::make_shared<attempt_counters>());

    void change(const config::handler_common& common);

    /// What to ask the store for, less of it while it is `crowded`; nothing: not now.
    [[nodiscard]] std::optional<store::claim_request> next_claim(steady::time_point at, bool crowded);
    void claimed(store::claim_answer answer, steady::time_point at);
    void claim_failed(steady::time_point at);
    /// Claims that have waited for too long and must be given back.
    [[nodiscard]] std::vector<store::claim> take_stale(steady::time_point now);
    /// Claims that went to another do not begin.
    void drop(std::span<const store::delivery_id> lost) { waiting_.drop(lost); }
    /// The next claim whose attempt may begin now, and counts as running from here on.
    [[nodiscard]] std::shared_ptr<attempt> next_attempt(steady::time_point now);
    /// The same for whoever brings an attempt to a good end, at once; `ended` must be told. Any thread.
    [[nodiscard]] claim_queue::takeover take_over(steady::time_point now) { return waiting_.take_over(now); }
    struct ending {
        timestamp now;
        timestamp believed; ///< what ages are measured with
        steady::time_point at;
    };
    /// What came of an attempt that has ended: nothing for an abandoned one. Takes its output.
    [[nodiscard]] std::optional<store::finished_delivery> ended(attempt& a, double chance,
                                                                const ending& when);
    /// What was decided for one of this handler's deliveries is in the store now, be it that a lane before
    /// this one ran the attempt. `in_sequence`: others may have waited for it.
    void recorded(const store::finished_delivery& f, bool in_sequence, steady::time_point at);
    /// An attempt was none, for lack of something that will not be there at once: begins nothing for a
    /// moment.
    void rest(const std::string& reason, steady::time_point at);
    /// There may be something new.
    void wake() noexcept { hungry_ = true; }

    /// Gives all claims up, for them to be released.
    [[nodiscard]] std::vector<store::claim> drop_claims() { return waiting_.take_all(); }
    /// The same, to claim anew what is still to be done then.
    [[nodiscard]] std::vector<store::claim> reconsider();

    /// When to look again, unless something else happens.
    [[nodiscard]] std::optional<steady::time_point> next_look() const;

    [[nodiscard]] const std::string& name() const noexcept { return setup_.name; }
    [[nodiscard]] handler::handler& handler() const noexcept { return *setup_.handler; }
    [[nodiscard]] bool has(const handler::handler* h) const noexcept { return setup_.handler.get() == h; }
    [[nodiscard]] std::size_t running() const noexcept { return status_.in_flight; }
    [[nodiscard]] const std::shared_ptr<attempt_counters>& counted() const noexcept { return counted_; }
    [[nodiscard]] const lane_status& status() const noexcept { return status_; }

private:
    /// When the store has more, where that is what things wait for.
    [[nodiscard]] std::optional<steady::time_point> next_due() const;
    /// So many claims are held at most.
    [[nodiscard]] std::size_t depth() const;
    [[nodiscard]] bool stocked() const;
    void note_error(const std::string& reason, timestamp now);
    void review_takeover();

    lane_setup setup_;
    circuit_breaker circuit_;
    claim_queue waiting_;
    bool hungry_ = true;
    std::optional<steady::time_point> next_due_;
    std::optional<steady::time_point> not_before_; ///< after a claim that failed
    std::optional<steady::time_point> resting_until_;
    lane_status status_;
    std::shared_ptr<attempt_counters> counted_;
};

} // namespace webhookd::delivery
