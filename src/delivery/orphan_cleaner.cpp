#include "delivery/orphan_cleaner.hpp"

#include <webhookd/runtime/log.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace webhookd::delivery {
namespace {

using namespace std::chrono_literals;

constexpr auto pause_after_failed_cleaning = 1s;
constexpr auto second_check = 10s;

bool is_in(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

void orphan_cleaner::check_soon() {
    check_at_ = steady::time_point();
    check_again_ = true;
}

std::optional<orphan_cleaner::steady::time_point> orphan_cleaner::wake_at() const noexcept {
    return is_idle() ? check_at_ : std::nullopt;
}

std::optional<action> orphan_cleaner::next(const names& configured, steady::time_point now) {
    if (!is_idle()) return std::nullopt;
    // Configured again meanwhile: what is left may run.
    while (!removed_.empty() && is_in(configured, removed_.front()))
        removed_.pop_front();
    if (!removed_.empty()) {
        under_way_ = work::failing;
        return fail_orphans{removed_.front()};
    }
    if (!check_at_ || now < *check_at_) return std::nullopt;
    check_at_.reset();
    under_way_ = work::looking;
    return count_waiting{};
}

void orphan_cleaner::counted(const result<std::map<std::string, std::int64_t>>& waiting,
                             const names& configured, const name_set& elsewhere, steady::time_point now) {
    under_way_ = work::none;
    if (!waiting) {
        log::error("what waits cannot be counted", {{"reason", to_string(waiting.error())}});
        check_at_ = now + pause_after_failed_cleaning;
        return;
    }
    bool left = false;
    for (const auto& [name, count] : *waiting) {
        if (count <= 0 || is_in(configured, name)) continue;
        if (elsewhere.contains(name))
            left = true;
        else
            removed_.push_back(name);
    }
    if (check_at_) return; // the handlers have changed since: that look has a second one as well
    if (std::exchange(check_again_, false) || left) check_at_ = now + second_check;
}

void orphan_cleaner::led_by_other(steady::time_point now) {
    under_way_ = work::none;
    check_at_ = check_at_.value_or(now + second_check); // it may be gone by then
}

void orphan_cleaner::failed(const result<std::size_t>& count, steady::time_point now) {
    under_way_ = work::none;
    if (!count) {
        log::error("what waits for a handler that is no more cannot be failed",
                   {{"handler", removed_.front()}, {"reason", to_string(count.error())}});
        removed_.clear();
        failed_ = 0;
        check_at_ = now + pause_after_failed_cleaning;
        return;
    }
    failed_ += *count;
    if (*count == batch) return; // there may be more
    // None: another instance has the handler by now, or is making attempts.
    if (failed_ == 0) check_at_ = check_at_.value_or(now + second_check);
    if (failed_ > 0)
        log::warning("deliveries failed: their handler is not in the configuration any more",
                     {{"handler", removed_.front()}, {"deliveries", failed_}});
    removed_.pop_front();
    failed_ = 0;
}

} // namespace webhookd::delivery
