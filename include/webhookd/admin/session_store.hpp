#pragma once

#include <webhookd/config/config.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::admin {

/// The sessions of those who signed in on the page. An id is 256 random bits; it is known here by its SHA-256
/// alone. A session belongs to a configured token and ends with it. Kept in memory only: the end of the
/// daemon ends them all. Their time is the steady clock's, so that a leap of the wall clock neither ends nor
/// prolongs one. Memory is bounded: beyond `most_per_token` the oldest of the same token ends, so that nobody
/// signs out who has another token. Any thread.
class session_store {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::hours lifetime{8};
    static constexpr std::size_t most_per_token = 64;

    struct session {
        std::string id_sha256;
        std::string token_sha256; ///< as in the configuration
        time_point ends;
    };

    /// The id of a new session, for the caller's cookie and for no other place. nullopt: no random bits are
    /// available.
    [[nodiscard]] std::optional<std::string> open(const std::string& token_sha256, time_point now);
    /// nullopt: there is no such session, or it has ended.
    [[nodiscard]] std::optional<session> find(std::string_view id, time_point now) const;
    /// The same of one that was found before.
    [[nodiscard]] bool is_open(std::string_view id_sha256, time_point now) const;
    void close(std::string_view id);
    /// Ends the sessions of all other tokens.
    void keep_only(const std::vector<config::token>& tokens);

    /// Sessions in memory.
    [[nodiscard]] std::size_t size() const;

private:
    void make_room(const std::string& token_sha256, time_point now);

    mutable std::mutex mutex_;
    std::map<std::string, session, std::less<>> sessions_; ///< by the SHA-256 of the id
};

} // namespace webhookd::admin
