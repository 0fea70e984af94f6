#include <webhookd/admin/arrivals.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

namespace webhookd::admin {

arrivals::arrivals(store::notifications& commits)
    : commits_(commits.subscribe([this](const store::commit_notice& brought) {
        if (brought.events) announce();
    })) {}

arrivals::listener::listener(arrivals& of, const runtime::executor& loop)
    : of_(of)
    , bell_(std::make_shared<timer>(loop)) {
    const std::lock_guard lock{of_.mutex_};
    self_ = of_.listeners_.insert(of_.listeners_.end(), this);
    ++of_.listening_;
}

arrivals::listener::~listener() {
    const std::lock_guard lock{of_.mutex_};
    of_.listeners_.erase(self_);
    --of_.listening_;
}

runtime::task<void> arrivals::listener::wait(std::chrono::milliseconds most) {
    boost::system::error_code ignored;
    // Before the comparison: an announcement after it finds the timer running, because ringing is posted to
    // this loop.
    bell_->expires_after(most);
    if (of_.announced_ != seen_) co_return;
    co_await bell_->async_wait(boost::asio::redirect_error(runtime::use_task, ignored));
}

void arrivals::announce() {
    ++announced_;
    if (listening_ == 0) return;
    const std::lock_guard lock{mutex_};
    for (const auto* each : listeners_)
        boost::asio::post(each->bell_->get_executor(), [bell = each->bell_] { bell->cancel(); });
}

} // namespace webhookd::admin
