#include <webhookd/admin/attempt_limiter.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace webhookd::admin {
namespace {

/// Who counts as one.
std::string group_of(std::string_view client) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(client, error);
    if (error || !address.is_v6() || address.to_v6().is_v4_mapped()) return std::string(client);
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return boost::asio::ip::address_v6(bytes).to_string();
}

/// A clock that was set back ends a window too, or it could last for ever.
bool over(timestamp began, timestamp now) {
    return now < began || now >= began + attempt_limiter::window;
}

} // namespace

std::optional<std::chrono::seconds> attempt_limiter::must_wait(std::string_view client) const {
    const auto now = clock_.now();
    const std::lock_guard lock{mutex_};
    const auto found = clients_.find(group_of(client));
    if (found == clients_.end() || found->second.failures < most_failures || over(found->second.began, now))
        return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(found->second.began + window - now);
}

bool attempt_limiter::failed(std::string_view client) {
    const auto now = clock_.now();
    auto group = group_of(client);
    const std::lock_guard lock{mutex_};
    auto found = clients_.find(group);
    if (found == clients_.end()) {
        make_room(now);
        found = clients_.emplace(std::move(group), record{now}).first;
    } else if (over(found->second.began, now)) {
        found->second = {now};
    }
    return ++found->second.failures == most_failures;
}

std::size_t attempt_limiter::size() const {
    const std::lock_guard lock{mutex_};
    return clients_.size();
}

void attempt_limiter::make_room(timestamp now) {
    if (clients_.size() < most_clients) return;
    std::erase_if(clients_, [&](const auto& each) { return over(each.second.began, now); });
    if (clients_.size() < most_clients) return;
    clients_.erase(std::min_element(clients_.begin(), clients_.end(), [](const auto& a, const auto& b) {
        return a.second.began < b.second.began;
    }));
}

} // namespace webhookd::admin
