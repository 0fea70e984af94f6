#include <webhookd/delivery/circuit_breaker.hpp>

namespace webhookd::delivery {

bool circuit_breaker::allows(clock::time_point now) {
    if (state_ == state::open && now >= until_) {
        state_ = state::half_open;
        testing_ = false;
    }
    if (state_ == state::half_open) return !testing_;
    return state_ == state::closed;
}

void circuit_breaker::begun() {
    if (state_ == state::half_open) testing_ = true;
}

void circuit_breaker::answered() {
    // Attempts that began before it opened may still succeed while it is open: they count too.
    state_ = state::closed;
    failures_ = 0;
    testing_ = false;
}

void circuit_breaker::failed(clock::time_point now) {
    if (!settings_) return;
    if (state_ == state::open) return; // began before it opened
    ++failures_;
    if (state_ == state::half_open || failures_ >= settings_->failures) open(now);
}

void circuit_breaker::abandoned() {
    testing_ = false;
}

void circuit_breaker::open(clock::time_point now) {
    hold_open(now + settings_->open_for);
}

void circuit_breaker::hold_open(clock::time_point until) {
    state_ = state::open;
    until_ = until;
    failures_ = 0;
    testing_ = false;
}

std::optional<circuit_breaker::clock::time_point> circuit_breaker::open_until() const noexcept {
    if (state_ != state::open) return std::nullopt;
    return until_;
}

std::string_view to_string(circuit_breaker::state s) noexcept {
    switch (s) {
    case circuit_breaker::state::closed:
        return "closed";
    case circuit_breaker::state::open:
        return "open";
    case circuit_breaker::state::half_open:
        return "half_open";
    }
    return "closed";
}

} // namespace webhookd::delivery
