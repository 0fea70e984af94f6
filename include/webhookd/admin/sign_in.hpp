#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/runtime/clock.hpp>

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

/// Counts failed authentications of each client address, so that nobody can guess tokens quickly. After
/// `most_failures` within a window that begins with the first of them, the address waits for the window's
/// end. An IPv6 address counts with its whole /64, which one host may use at will. Memory is bounded: beyond
/// `most_clients` the one whose window ends first is forgotten. Any thread.
class attempt_limiter {
public:
    static constexpr int most_failures = 10;
    static constexpr std::chrono::seconds window{60};
    static constexpr std::size_t most_clients = 1024;

    /// The clock outlives the limiter.
    explicit attempt_limiter(const runtime::clock& clock)
        : clock_(clock) {}

    /// How long the client must wait, rounded up; nullopt: it may try.
    [[nodiscard]] std::optional<std::chrono::seconds> must_wait(std::string_view client) const;
    /// True when this failure makes the client wait from now on.
    bool failed(std::string_view client);

    /// Clients in memory.
    [[nodiscard]] std::size_t size() const;

private:
    struct record {
        timestamp began;
        int failures = 0;
    };
    void make_room(timestamp now);

    const runtime::clock& clock_;
    mutable std::mutex mutex_;
    std::map<std::string, record, std::less<>> clients_;
};

} // namespace webhookd::admin
