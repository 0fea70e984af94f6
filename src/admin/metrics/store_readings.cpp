#include "admin/metrics/store_readings.hpp"

#include "admin/on_reader.hpp"

#include <algorithm>

namespace webhookd::admin::metrics {
namespace {

constexpr auto shortest_pause = std::chrono::seconds(5);
/// Of a reader's time, so much at most goes into counting: a twentieth.
constexpr int rest_factor = 20;

store_readings count(store::event_store& store) {
    store_readings r;
    if (auto found = store.backlog()) r.backlog = std::move(*found);
    if (auto found = store.statistics()) r.statistics = *found;
    return r;
}

} // namespace

runtime::task<std::shared_ptr<const store_readings>> store_reader::read() {
    const auto began = steady::now();
    if (reading_ || began < good_until_) co_return last_;
    reading_ = true;
    // Named first: GCC 12 destroys a temporary within a co_await expression twice.
    std::function<result<store_readings>()> work = [&store = store_]() -> result<store_readings> {
        return count(store);
    };
    auto counted = co_await on_reader<store_readings>(readers_, std::move(work));
    reading_ = false;
    last_ = std::make_shared<store_readings>(counted ? std::move(*counted) : store_readings());
    const auto ended = steady::now();
    good_until_ = ended + std::max<steady::duration>(shortest_pause, rest_factor * (ended - began));
    co_return last_;
}

} // namespace webhookd::admin::metrics
