#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/error.hpp>
#include <webhookd/store/circuits.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace webhookd::delivery {

/// What a shared circuit has to ask of the store, or to tell it.
struct circuit_call {
    enum class kind { open, close, test };
    kind what = kind::open;
    std::chrono::milliseconds open_for = {}; ///< of an opening: what is left of it
    std::int64_t opening = 0;                ///< of a closing
};

/// The circuit of a handler as all instances hold it: what the circuit breaker of this one decides is told to
/// the store, what others decide moves the circuit breaker, and a half-open one begins its attempt only with
/// the test that the store gives. While the store does not answer, the circuit breaker of this instance
/// counts alone. Pure, one thread at a time. Without settings it is always closed, whatever others do.
class shared_circuit {
public:
    using time_point = circuit_breaker::clock::time_point;
    /// Of the test, which is extended every ten seconds while its attempt runs.
    static constexpr std::chrono::seconds lease{30};

    explicit shared_circuit(std::optional<config::circuit_breaker> settings = std::nullopt)
        : settings_(settings)
        , breaker_(settings) {}

    // As circuit_breaker has them.

    [[nodiscard]] bool allows(time_point now);
    void begun() { breaker_.begun(); }
    void answered();
    void failed(time_point now);
    void abandoned() { breaker_.abandoned(); }
    [[nodiscard]] circuit_breaker::state current() const noexcept { return breaker_.current(); }
    [[nodiscard]] std::optional<time_point> open_until() const noexcept { return breaker_.open_until(); }
    [[nodiscard]] bool is_testing() const noexcept { return breaker_.is_testing(); }

    /// The call to make now; its outcome is passed back before the next one. `wants`: an attempt would begin
    /// now if it were allowed.
    [[nodiscard]] std::optional<circuit_call> next_call(time_point now, bool wants);

    // Outcomes. What failed is tried again after a moment.

    /// With the name of the opening that holds now.
    void opened(const result<std::int64_t>& opening, time_point now);
    void closed(const result<void>& done, time_point now);
    void tested(const result<bool>& taken, time_point now);

    /// What the store has: null for a circuit that is closed.
    void read(const store::circuit_record* found, time_point now);

    /// When there is something to ask or to tell, unless an attempt is wanted earlier.
    [[nodiscard]] std::optional<time_point> wake_at() const;
    /// The opening that the store knows, as far as this instance does; 0: none.
    [[nodiscard]] std::int64_t opening() const noexcept { return opening_; }
    [[nodiscard]] bool has_settings() const noexcept { return settings_.has_value(); }
    /// The store did not answer: others may see it differently.
    [[nodiscard]] bool is_alone() const noexcept { return alone_; }

private:
    static constexpr std::chrono::seconds extend_every{10};
    static constexpr std::chrono::seconds pause_after_failure{1};
    /// A lease began when the store made it, up to some seconds before its answer came.
    static constexpr std::chrono::seconds sure_for = lease - std::chrono::seconds{5};

    [[nodiscard]] bool is_closed() const noexcept {
        return breaker_.current() == circuit_breaker::state::closed;
    }
    void note(bool answers, time_point now);

    std::optional<config::circuit_breaker> settings_;
    circuit_breaker breaker_;
    std::optional<circuit_call::kind> untold_; ///< `open` or `close`
    time_point opened_until_{};                ///< of the opening that is untold
    time_point told_at_{};                     ///< it was last tried
    std::int64_t opening_ = 0;
    time_point test_until_{}; ///< this instance has the test
    time_point extend_at_{};
    time_point not_before_{}; ///< after a call that failed, or was refused
    bool alone_ = false;
};

} // namespace webhookd::delivery
