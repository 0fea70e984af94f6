#include <webhookd/admin/sign_in.hpp>
#include <webhookd/text/encoding.hpp>
#include <webhookd/text/sha256.hpp>

#include "admin/auth/credentials.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

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

std::optional<std::string> session_store::open(const std::string& token_sha256, time_point now) {
    std::array<unsigned char, 32> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return std::nullopt;
    auto id = text::encode_base64url({reinterpret_cast<const char*>(random.data()), random.size()});
    const auto digest = text::sha256_hex(id);
    const std::lock_guard lock{mutex_};
    make_room(token_sha256, now);
    sessions_.insert_or_assign(digest, session{digest, token_sha256, now + lifetime});
    return id;
}

std::optional<session_store::session> session_store::find(std::string_view id, time_point now) const {
    const auto digest = text::sha256_hex(id);
    const std::lock_guard lock{mutex_};
    const auto found = sessions_.find(digest);
    if (found == sessions_.end() || found->second.ends <= now) return std::nullopt;
    return found->second;
}

bool session_store::is_open(std::string_view id_sha256, time_point now) const {
    const std::lock_guard lock{mutex_};
    const auto found = sessions_.find(id_sha256);
    return found != sessions_.end() && found->second.ends > now;
}

void session_store::close(std::string_view id) {
    const auto digest = text::sha256_hex(id);
    const std::lock_guard lock{mutex_};
    sessions_.erase(digest);
}

void session_store::keep_only(const std::vector<config::token>& tokens) {
    const std::lock_guard lock{mutex_};
    std::erase_if(sessions_, [&](const auto& each) {
        return std::ranges::find(tokens, each.second.token_sha256, &config::token::sha256) == tokens.end();
    });
}

std::size_t session_store::size() const {
    const std::lock_guard lock{mutex_};
    return sessions_.size();
}

void session_store::make_room(const std::string& token_sha256, time_point now) {
    std::erase_if(sessions_, [&](const auto& each) { return each.second.ends <= now; });
    std::size_t count = 0;
    auto oldest = sessions_.end();
    for (auto each = sessions_.begin(); each != sessions_.end(); ++each) {
        if (each->second.token_sha256 != token_sha256) continue;
        ++count;
        if (oldest == sessions_.end() || each->second.ends < oldest->second.ends) oldest = each;
    }
    if (count >= most_per_token) sessions_.erase(oldest);
}

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
