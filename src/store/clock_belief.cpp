#include <webhookd/store/clock_belief.hpp>

namespace webhookd::store {
namespace {

bool within_tolerance(std::chrono::microseconds difference) noexcept {
    return difference <= clock_tolerance && difference >= -clock_tolerance;
}

} // namespace

clock_verdict judge_clock(const clock_state& before, const clock_reading& reading) noexcept {
    const bool was_in_doubt = before.offset != std::chrono::microseconds{0};
    const auto expected = before.believed + reading.elapsed;
    const auto offset = reading.wall - expected;
    if (within_tolerance(offset)) return {.state = {reading.wall, {}, {}}, .settled = was_in_doubt};
    if (!was_in_doubt || !within_tolerance(offset - before.offset))
        return {.state = {expected, offset, {}}, .leapt = true};
    const auto held = before.held + reading.elapsed;
    if (held < clock_hold) return {.state = {expected, before.offset, held}};
    return {.state = {reading.wall, {}, {}}, .settled = true, .adopted = true};
}

} // namespace webhookd::store
