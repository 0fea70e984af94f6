#include "delivery/result_writer.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace webhookd::delivery {
namespace {

constexpr std::size_t write_batch = 512;
constexpr auto pause_after_failed_write = std::chrono::seconds(1);
/// How long a result that nothing waits for may gather others.
constexpr auto gathering_time = std::chrono::milliseconds(20);

} // namespace

void result_writer::add(pending_result r, bool urgent, steady::time_point now) {
    if (gathered_.empty()) gather_until_ = now + gathering_time;
    gathered_.push_back(std::move(r));
    urgent_ = urgent_ || urgent;
}

std::shared_ptr<const result_writer::batch> result_writer::next_batch(steady::time_point now) {
    if (under_way_ || gathered_.empty() || (not_before_ && now < *not_before_)) return nullptr;
    if (!urgent_ && gathered_.size() < write_batch && now < gather_until_) return nullptr;
    not_before_.reset();
    urgent_ = false;
    const auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(std::min(write_batch, gathered_.size()));
    under_way_ = std::make_shared<const batch>(std::make_move_iterator(gathered_.begin()),
                                               std::make_move_iterator(end));
    gathered_.erase(gathered_.begin(), end);
    return under_way_;
}

std::shared_ptr<const result_writer::batch> result_writer::written(bool taken, steady::time_point now) {
    auto back = std::exchange(under_way_, nullptr);
    if (!back || taken) return back;
    gathered_.insert(gathered_.begin(), back->begin(), back->end());
    not_before_ = now + pause_after_failed_write;
    return nullptr;
}

bool result_writer::has_of(const std::string& handler) const {
    const auto is_of = [&](const pending_result& r) { return r.handler == handler; };
    return std::any_of(gathered_.begin(), gathered_.end(), is_of) ||
           (under_way_ && std::any_of(under_way_->begin(), under_way_->end(), is_of));
}

bool result_writer::is_writing(store::delivery_id id) const {
    return under_way_ && std::any_of(under_way_->begin(), under_way_->end(),
                                     [id](const auto& each) { return each.finished.claim.id == id; });
}

std::optional<result_writer::steady::time_point> result_writer::wake_at() const noexcept {
    if (under_way_ || gathered_.empty()) return std::nullopt;
    return not_before_ ? *not_before_ : gather_until_;
}

} // namespace webhookd::delivery
