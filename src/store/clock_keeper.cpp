#include "store/clock_keeper.hpp"

#include <webhookd/runtime/log.hpp>

namespace webhookd::store {
namespace {

using std::chrono::seconds;

/// A pause between two runs that is shorter than this is not worth a warning.
constexpr std::chrono::hours ordinary_pause{24};

seconds in_seconds(std::chrono::microseconds span) {
    return std::chrono::duration_cast<seconds>(span);
}

} // namespace

bool clock_keeper::remember() {
    const auto known = store_.known_clock();
    if (!known) {
        log::warning("nothing is purged before the store tells when it was used last",
                     {{"reason", to_string(known.error())}});
        return false;
    }
    const auto wall = clock_.now();
    const auto verdict =
        judge_clock(known->value_or(clock_state{wall, {}, {}}), {wall, std::chrono::microseconds{0}});
    {
        const std::lock_guard lock{mutex_};
        state_ = verdict.state;
        const auto offset = verdict.state.offset;
        loud_ = verdict.in_doubt() && (offset < std::chrono::microseconds{0} || offset > ordinary_pause);
    }
    announce(verdict, wall);
    keep_with(bound_for(verdict, wall));
    return true;
}

void clock_keeper::start() {
    started_ = last_observed_ = steady::now();
    first_ = sure_ = log_.last_offset();
    (void)remember();
}

void clock_keeper::observe() {
    const auto now = steady::now();
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - last_observed_);
    last_observed_ = now;
    if (!state_) {
        (void)remember();
        return;
    }
    const auto wall = clock_.now();
    const auto verdict = judge_clock(*state_, {wall, elapsed});
    {
        const std::lock_guard lock{mutex_};
        state_ = verdict.state;
        if (verdict.leapt) loud_ = true;
    }
    announce(verdict, wall);
    if (verdict.leapt || verdict.settled) keep_with(bound_for(verdict, wall));
    if (!verdict.in_doubt()) sure_ = log_.last_offset();
}

/// A clock that went back: what comes now did not arrive before. One that leapt ahead under a running daemon
/// was wrong before, or is now; if it is believed later, what this run has kept arrived no earlier than the
/// run began by the new time.
std::optional<arrival_bound> clock_keeper::bound_for(const clock_verdict& verdict, timestamp wall) const {
    if (!verdict.leapt) return std::nullopt;
    if (verdict.state.offset < std::chrono::microseconds{0})
        return arrival_bound{sure_, verdict.state.believed};
    const auto running = std::chrono::duration_cast<std::chrono::microseconds>(last_observed_ - started_);
    if (running == std::chrono::microseconds{0})
        return std::nullopt; // the daemon did not run, as far as is known
    return arrival_bound{first_, wall - running};
}

void clock_keeper::announce(const clock_verdict& verdict, timestamp wall) const {
    if (verdict.leapt) {
        const auto log_it = loud_ ? &log::warning : &log::info;
        log_it(loud_ ? "the clock has leapt; retention does not follow it before it has held"
                     : "the daemon was away for a while; retention counts this time once the clock has held",
               {{"ahead_seconds", in_seconds(verdict.state.offset).count()},
                {"clock", to_rfc3339(wall)},
                {"believed", to_rfc3339(verdict.state.believed)},
                {"held_for_seconds", in_seconds(clock_hold).count()}});
    } else if (verdict.settled && loud_) {
        log::warning(verdict.adopted ? "the clock has held its new time; retention follows it"
                                     : "the clock is where it was expected again",
                     {{"clock", to_rfc3339(wall)}});
    }
}

void clock_keeper::keep() {
    keep_with(std::nullopt);
}

void clock_keeper::keep_with(const std::optional<arrival_bound>& bound) {
    if (!state_) return;
    const bool queued = writer_.submit_task([state = *state_, bound, &store = store_] {
        if (const auto kept = store.keep_clock(state, bound); !kept)
            log::warning("what is believed of the clock cannot be kept now",
                         {{"reason", to_string(kept.error())}});
    });
    // the writer has stopped: the daemon is about to end, and the next start will check
    static_cast<void>(queued);
}

std::optional<timestamp> clock_keeper::believed_now() const {
    const std::lock_guard lock{mutex_};
    if (!state_) return std::nullopt;
    return retention_time(*state_, clock_.now());
}

std::optional<seconds> clock_keeper::doubt() const {
    const std::lock_guard lock{mutex_};
    if (!state_ || state_->offset == std::chrono::microseconds{0} || !loud_) return std::nullopt;
    return in_seconds(state_->offset);
}

} // namespace webhookd::store
