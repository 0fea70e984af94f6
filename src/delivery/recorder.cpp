#include "delivery/recorder.hpp"

#include <webhookd/runtime/log.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>

namespace webhookd::delivery {
namespace {

constexpr std::size_t write_batch = 512;
constexpr auto pause_after_failed_write = std::chrono::seconds(1);
/// How long a decision that nothing waits for may gather others.
constexpr auto gathering_time = std::chrono::milliseconds(20);

} // namespace

void recorder::add(recording r, bool urgent, circuit_breaker::clock::time_point now) {
    if (gathered_.empty()) gather_until_ = now + gathering_time;
    gathered_.push_back(std::move(r));
    urgent_ = urgent_ || urgent;
}

void recorder::send(circuit_breaker::clock::time_point now) {
    if (under_way_ || gathered_.empty() || (not_before_ && now < *not_before_)) return;
    if (!urgent_ && gathered_.size() < write_batch && now < gather_until_) return;
    not_before_.reset();
    urgent_ = false;
    const auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(std::min(write_batch, gathered_.size()));
    under_way_ = std::make_shared<const batch>(std::make_move_iterator(gathered_.begin()),
                                               std::make_move_iterator(end));
    gathered_.erase(gathered_.begin(), end);
    const bool queued = writer_.submit_task([what = under_way_, box = box_, &queue = queue_] {
        std::vector<store::finished_delivery> finished;
        finished.reserve(what->size());
        for (const auto& each : *what)
            finished.push_back(each.finished);
        auto done = queue.finish(finished);
        if (!done)
            log::error("what came of deliveries cannot be recorded; it is tried again",
                       {{"deliveries", finished.size()}, {"reason", to_string(done.error())}});
        else if (!done->empty())
            log::warning("attempts ended after their leases had gone to others, who run them anew",
                         {{"deliveries", done->size()}});
        box->put([&](mail& m) { m.recorded = std::move(done); });
    });
    // The writer has stopped: what is not recorded runs again after a start.
    if (!queued) under_way_.reset();
}

bool recorder::records(store::delivery_id id) const {
    return under_way_ && std::any_of(under_way_->begin(), under_way_->end(),
                                     [id](const auto& each) { return each.finished.claim.id == id; });
}

std::optional<circuit_breaker::clock::time_point> recorder::next_try() const noexcept {
    if (under_way_ || gathered_.empty()) return std::nullopt;
    return not_before_ ? *not_before_ : gather_until_;
}

std::shared_ptr<const recorder::batch> recorder::answered(bool taken,
                                                          circuit_breaker::clock::time_point now) {
    auto back = std::exchange(under_way_, nullptr);
    if (!back || taken) return back;
    gathered_.insert(gathered_.begin(), back->begin(), back->end());
    not_before_ = now + pause_after_failed_write;
    return nullptr;
}

} // namespace webhookd::delivery
