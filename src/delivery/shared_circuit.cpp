#include "delivery/shared_circuit.hpp"

#include <algorithm>

namespace webhookd::delivery {

bool shared_circuit::allows(time_point now) {
    if (!breaker_.allows(now)) return false;
    return is_closed() || alone_ || now < test_until_;
}

void shared_circuit::answered() {
    const bool was_closed = is_closed();
    breaker_.answered();
    if (was_closed) return;
    test_until_ = {};
    untold_.reset(); // an opening that the store does not know yet
    if (opening_ != 0) untold_ = circuit_call::kind::close;
}

void shared_circuit::failed(time_point now) {
    const bool was_open = breaker_.open_until().has_value();
    breaker_.failed(now);
    const auto until = breaker_.open_until();
    if (was_open || !until) return;
    test_until_ = {};
    opened_until_ = *until;
    untold_ = circuit_call::kind::open;
}

std::optional<circuit_call> shared_circuit::next_call(time_point now, bool wants) {
    if (!settings_ || now < not_before_) return std::nullopt;
    if (untold_ == circuit_call::kind::open) {
        told_at_ = now;
        const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(opened_until_ - now),
                                   std::chrono::milliseconds{0});
        return circuit_call{.what = circuit_call::kind::open, .open_for = left};
    }
    if (untold_ == circuit_call::kind::close)
        return circuit_call{.what = circuit_call::kind::close, .opening = opening_};
    static_cast<void>(breaker_.allows(now)); // an open one whose time has come is half-open
    if (breaker_.current() != circuit_breaker::state::half_open) return std::nullopt;
    const bool asks = breaker_.is_testing() ? now >= extend_at_ : wants && now >= test_until_;
    if (!asks) return std::nullopt;
    return circuit_call{.what = circuit_call::kind::test};
}

void shared_circuit::note(bool answers, time_point now) {
    alone_ = !answers;
    not_before_ = answers ? time_point{} : now + pause_after_failure;
}

void shared_circuit::opened(const result<std::int64_t>& opening, time_point now) {
    note(opening.has_value(), now);
    if (!opening) return;
    opening_ = *opening;
    untold_.reset();
    // The store's time began later, by no more than the call took.
    if (const auto until = breaker_.open_until()) breaker_.hold_open(*until + (now - told_at_));
}

void shared_circuit::closed(const result<void>& done, time_point now) {
    note(done.has_value(), now);
    if (!done) return;
    opening_ = 0;
    untold_.reset();
}

void shared_circuit::tested(const result<bool>& taken, time_point now) {
    note(taken.has_value(), now);
    if (!taken) return;
    test_until_ = *taken ? now + sure_for : time_point{};
    extend_at_ = now + extend_every;
    if (!*taken) not_before_ = now + pause_after_failure; // unless `read` tells earlier what to do
}

void shared_circuit::read(const store::circuit_record* found, time_point now) {
    if (!settings_) return;
    if (untold_) return; // that comes first
    note(true, now);
    opening_ = found != nullptr ? found->opening : 0;
    if (found == nullptr) {
        if (!is_closed()) breaker_.answered();
        test_until_ = {};
        return;
    }
    if (found->is_tester && !is_closed()) return;
    test_until_ = {};
    breaker_.hold_open(now + found->left);
}

std::optional<shared_circuit::time_point> shared_circuit::wake_at() const {
    if (!settings_) return std::nullopt;
    if (untold_) return not_before_;
    if (const auto until = breaker_.open_until()) return until;
    if (breaker_.is_testing()) return std::max(extend_at_, not_before_);
    return std::nullopt;
}

} // namespace webhookd::delivery
