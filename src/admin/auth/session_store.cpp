#include <webhookd/admin/session_store.hpp>
#include <webhookd/text/encoding.hpp>

#include "admin/auth/tokens.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace webhookd::admin {

std::optional<std::string> session_store::open(const std::string& token_sha256, time_point now) {
    std::array<unsigned char, 32> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return std::nullopt;
    auto id = text::encode_base64url({reinterpret_cast<const char*>(random.data()), random.size()});
    const auto digest = sha256_hex(id);
    const std::lock_guard lock{mutex_};
    make_room(token_sha256, now);
    sessions_.insert_or_assign(digest, session{digest, token_sha256, now + lifetime});
    return id;
}

std::optional<session_store::session> session_store::find(std::string_view id, time_point now) const {
    const auto digest = sha256_hex(id);
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
    const auto digest = sha256_hex(id);
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

} // namespace webhookd::admin
