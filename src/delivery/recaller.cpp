#include "delivery/recaller.hpp"

#include <webhookd/runtime/log.hpp>

#include <chrono>
#include <utility>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

constexpr auto recall_pause = 1s;
constexpr auto recall_again = 10s;

} // namespace

void recaller::check_soon() {
    check_at_ = steady::time_point();
    check_again_ = true;
}

std::optional<recaller::steady::time_point> recaller::wake_at() const noexcept {
    return under_way_ ? std::nullopt : check_at_;
}

void recaller::check(const std::vector<call_back>& all, steady::time_point now) {
    left_.assign(all.begin(), all.end());
    called_ = 0;
    check_at_.reset();
    if (std::exchange(check_again_, false)) check_at_ = now + recall_again;
}

std::optional<call_back> recaller::next() {
    if (under_way_ || left_.empty()) return std::nullopt;
    under_way_ = true;
    return left_.front();
}

std::string recaller::called_back(const result<std::size_t>& count, steady::time_point now) {
    under_way_ = false;
    if (!count) {
        log::error("what the clock has put off cannot be called back; it is tried again",
                   {{"handler", left_.front().handler}, {"reason", to_string(count.error())}});
        left_.clear();
        check_at_ = now + recall_pause;
        return {};
    }
    called_ += *count;
    auto name = left_.front().handler;
    if (*count == batch) return name; // there may be more
    left_.pop_front();
    const auto all = std::exchange(called_, 0);
    if (all == 0) return {};
    log::warning("deliveries waited for a time that a wrong clock had set; they are due now",
                 {{"handler", name}, {"deliveries", all}});
    return name;
}

} // namespace webhookd::delivery
