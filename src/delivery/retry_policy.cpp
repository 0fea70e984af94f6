#include <webhookd/delivery/retry_policy.hpp>

#include <algorithm>
#include <cmath>

namespace webhookd::delivery {
namespace {

using std::chrono::milliseconds;

milliseconds backoff(const config::retry_policy& policy, const attempt_facts& facts) {
    const auto cap = static_cast<double>(policy.max_delay.count());
    // With many attempts the power becomes infinite, and the cap applies.
    const auto grown = static_cast<double>(policy.initial.count()) *
                       std::pow(policy.factor, static_cast<double>(facts.attempt) - 1);
    const auto length = std::min(grown, cap);
    return milliseconds(static_cast<std::int64_t>(policy.full_jitter ? length * facts.chance : length));
}

} // namespace

decision decide(const config::retry_policy& policy, const handler::outcome& outcome,
                const attempt_facts& facts) {
    using store::delivery_state;
    switch (outcome.verdict) {
    case handler::verdict::successful:
        return {delivery_state::successful, {}, {}};
    case handler::verdict::failed:
        return {delivery_state::failed, {}, outcome.reason};
    case handler::verdict::retry:
    case handler::verdict::abandoned:
        break;
    }
    if (facts.attempt >= policy.max_attempts)
        return {delivery_state::failed, {}, outcome.reason + "; that was the last attempt"};
    // The other side may ask for a longer delay than ours, never for a shorter one.
    const auto asked = std::min(outcome.retry_after.value_or(milliseconds(0)), policy.max_delay);
    const auto delay = std::max(backoff(policy, facts), asked);
    if (policy.max_age && facts.age + delay > *policy.max_age)
        return {delivery_state::failed, {}, outcome.reason + "; the next attempt would be too late"};
    return {delivery_state::pending, delay, outcome.reason};
}

} // namespace webhookd::delivery
