#include "runtime/log_sink.hpp"

#include <utility>

namespace webhookd::log {

namespace {

using namespace std::chrono_literals;

/// Where the caller waits itself.
constexpr auto immediate_bound = 1s;
/// While lines are lost continuously, their number is reported this often.
constexpr auto between_loss_lines = 1s;

} // namespace

sink::sink(spdlog::details::thread_pool* pool, std::function<std::string(std::uint64_t)> loss_line)
    : pool_(pool)
    , loss_line_(std::move(loss_line)) {}

void sink::log(const spdlog::details::log_msg& message) {
    const std::lock_guard lock{mutex_};
    tell_losses();
    if (!write(std::string(message.payload.data(), message.payload.size()))) ++unwritten_;
}

bool sink::write(std::string line) {
    const auto until = steady::now() + immediate_bound;
    return output_
        .write(std::move(line),
               [&](bool) { return !given_up_ && (pool_ != nullptr || steady::now() < until); })
        .has_value();
}

void sink::tell_losses() {
    if (pool_ == nullptr || given_up_) return;
    const auto lost = pool_->overrun_counter() + unwritten_;
    const auto now = steady::now();
    if (lost == told_ || now - told_at_ < between_loss_lines) return;
    if (!write(loss_line_(lost - told_))) return;
    told_ = lost;
    told_at_ = steady::now();
}

} // namespace webhookd::log
