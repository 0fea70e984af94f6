#include "http/limits.hpp"

#include <webhookd/runtime/this_thread.hpp>

#include "http/shard.hpp"

#include <boost/asio/post.hpp>
#include <malloc.h>

#include <chrono>
#include <system_error>
#include <utility>

namespace webhookd::http {
namespace {

/// Less than this is not worth giving back.
constexpr std::size_t worth_a_trim = 8 * 1024 * 1024;
/// Memory of the last bodies, their parsed values above all, may live a moment longer than they do.
constexpr auto calm_before_trim = std::chrono::milliseconds(500);

} // namespace

body_budget::~body_budget() {
    trimmer_.request_stop();
    wake_.notify_all();
}

bool body_budget::take(std::size_t bytes, std::size_t most) noexcept {
    auto now = held_.load(std::memory_order_relaxed);
    do {
        if (now > most || bytes > most - now) return false;
    } while (!held_.compare_exchange_weak(now, now + bytes, std::memory_order_relaxed));
    auto peak = peak_.load(std::memory_order_relaxed);
    while (peak < now + bytes && !peak_.compare_exchange_weak(peak, now + bytes, std::memory_order_relaxed)) {
    }
    return true;
}

void body_budget::give_back(std::size_t bytes) noexcept {
    if (bytes == 0) return;
    const auto left = held_.fetch_sub(bytes, std::memory_order_relaxed) - bytes;
    auto peak = peak_.load(std::memory_order_relaxed);
    if (peak < worth_a_trim || left > peak / 4) return;
    if (peak_.compare_exchange_strong(peak, left, std::memory_order_relaxed)) ask_for_trim();
}

void body_budget::ask_for_trim() noexcept {
    const std::lock_guard lock{mutex_};
    wanted_ = true;
    wake_.notify_all();
    if (trimmer_.joinable()) return;
    try {
        trimmer_ = std::jthread([this](const std::stop_token& stop) { trim_when_asked(stop); });
    } catch (const std::system_error&) {
        wanted_ = false; // no thread available: the memory stays for the next peak
    }
}

void body_budget::trim_when_asked(const std::stop_token& stop) {
    runtime::name_this_thread("trim");
    std::unique_lock lock{mutex_};
    while (wake_.wait(lock, stop, [this] { return wanted_; })) {
        wake_.wait_for(lock, stop, calm_before_trim, [] { return false; });
        wanted_ = false;
        if (stop.stop_requested()) return;
        lock.unlock();
        ::malloc_trim(0);
        lock.lock();
    }
}

void resting_list::enter(entry& p) {
    const std::lock_guard lock{mutex_};
    p.let_go = false;
    if (!p.node.empty()) resting_.splice(resting_.end(), p.node);
}

bool resting_list::leave(entry& p) {
    const std::lock_guard lock{mutex_};
    if (p.node.empty()) p.node.splice(p.node.begin(), resting_, p.at);
    return !std::exchange(p.let_go, false);
}

bool resting_list::make_room() {
    const std::lock_guard lock{mutex_};
    if (resting_.empty()) return false;
    auto* oldest = resting_.front();
    oldest->rest.node.splice(oldest->rest.node.begin(), resting_, oldest->rest.at);
    oldest->rest.let_go = true;
    auto* home = &oldest->home;
    // It may have ended by then, and another may have its address.
    boost::asio::post(home->executor(),
                      [home, oldest, number = oldest->number] { home->let_go(oldest, number); });
    return true;
}

bool resting_list::is_let_go(const entry& p) const {
    const std::lock_guard lock{mutex_};
    return p.let_go;
}

} // namespace webhookd::http
