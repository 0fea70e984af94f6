#include "delivery/recaller.hpp"

#include <webhookd/runtime/log.hpp>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t recall_batch = 500;
constexpr auto recall_pause = 1s;
constexpr auto recall_again = 10s;

} // namespace

void recaller::look_soon() {
    look_at_ = steady::time_point();
    again_ = true;
}

std::optional<recaller::steady::time_point> recaller::next_look() const noexcept {
    return under_way_ ? std::nullopt : look_at_;
}

bool recaller::wants_work(steady::time_point now) const noexcept {
    return !under_way_ && (!left_.empty() || (look_at_ && now >= *look_at_));
}

void recaller::work(const bounds& alive, steady::time_point now) {
    if (look_at_ && now >= *look_at_) {
        left_.assign(alive.begin(), alive.end());
        called_ = 0;
        look_at_.reset();
        if (std::exchange(again_, false)) look_at_ = now + recall_again;
    }
    if (left_.empty()) return;
    under_way_ = writer_.submit_task(
        [name = left_.front().first, most = left_.front().second, box = box_, &queue = queue_] {
            auto called = queue.call_back(name, most, recall_batch);
            box->put([&](mail& m) { m.recalled = std::move(called); });
        });
}

std::string recaller::answered(const result<std::size_t>& called, steady::time_point now) {
    under_way_ = false;
    if (!called) {
        log::error("what the clock has put off cannot be called back; it is tried again",
                   {{"handler", left_.front().first}, {"reason", to_string(called.error())}});
        left_.clear();
        look_at_ = now + recall_pause;
        return {};
    }
    called_ += *called;
    auto name = left_.front().first;
    if (*called == recall_batch) return name; // there may be more
    left_.pop_front();
    const auto all = std::exchange(called_, 0);
    if (all == 0) return {};
    log::warning("deliveries waited for a time that a wrong clock had set; they are due now",
                 {{"handler", name}, {"deliveries", all}});
    return name;
}

} // namespace webhookd::delivery
