#include <webhookd/telemetry/store_counter.hpp>

#include <algorithm>

namespace webhookd::telemetry {
namespace {

constexpr auto shortest_pause = std::chrono::seconds(5);
/// Of a reader's time, so much at most goes into counting: a twentieth.
constexpr int rest_factor = 20;

} // namespace

bool store_counter::begin() {
    const std::lock_guard lock(mutex_);
    if (counting_ || steady::now() < good_until_) return false;
    counting_ = true;
    return true;
}

void store_counter::count() {
    const auto began = steady::now();
    auto counted = std::make_shared<store_counts>();
    if (auto found = deliveries_.backlog()) counted->backlog = std::move(*found);
    if (auto found = events_.statistics()) counted->statistics = *found;
    const auto ended = steady::now();
    const std::lock_guard lock(mutex_);
    last_ = std::move(counted);
    good_until_ = ended + std::max<steady::duration>(shortest_pause, rest_factor * (ended - began));
    counting_ = false;
}

std::shared_ptr<const store_counts> store_counter::last() const {
    const std::lock_guard lock(mutex_);
    return last_;
}

} // namespace webhookd::telemetry
