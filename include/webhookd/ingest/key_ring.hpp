#pragma once

#include <webhookd/ingest/key_source.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/runtime/task.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/store/event.hpp>
#include <webhookd/time.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace webhookd::ingest {

/// What to do about an unknown key id.
enum class unknown_key_action {
    refresh,     ///< the set may have changed: fetch it and look again
    refuse,      ///< the set may not be fetched again yet, and does not have the key
    unavailable, ///< the last attempt to fetch the set failed, so nothing can be said
};

/// The freshness of a ring; the decisions below are pure functions of it.
struct key_ring_state {
    bool refreshing = false;
    std::optional<std::chrono::steady_clock::time_point> last_attempt;
    bool last_attempt_failed = false;
};

[[nodiscard]] unknown_key_action decide_on_unknown_key(const key_ring_state& state,
                                                       std::chrono::steady_clock::time_point now,
                                                       std::chrono::milliseconds cooldown);

/// A key of a ring: what verifies with it, and what the store keeps of it.
struct ring_key {
    std::shared_ptr<const signature::public_key> key;
    store::key_text text;
};

/// The public keys of one endpoint, kept fresh by a thread of its own: fetched at start, every `refresh`,
/// after a failure every `cooldown`, and, at most once each `cooldown`, when an event names a key that is not
/// in the set, or fails under the key of its name. One fetch at a time; all that need it wait for the same
/// one. A new set replaces the old one as a whole, so a key that is no longer in it verifies nothing any
/// more; a failed fetch keeps the last good set in use. Sets fetched by URL are kept in a file, which a
/// restart without network uses as long as the source is the same. Each key knows from where and when it was
/// fetched.
class key_ring {
public:
    struct options {
        std::string endpoint; ///< for the log
        std::chrono::milliseconds refresh;
        std::chrono::milliseconds cooldown;
        std::filesystem::path cache;           ///< file of the last good set; empty: none
        const runtime::clock* clock = nullptr; ///< says when a set was fetched; null: the system's
    };

    struct status {
        std::size_t keys = 0;
        std::optional<std::chrono::seconds> age; ///< since the set in use was confirmed by its source
        bool from_cache = false;                 ///< not confirmed by the source since the start
        std::string last_error;                  ///< empty after a good fetch
        std::uint64_t refreshes = 0;             ///< fetches since the start, failures included
        std::uint64_t failures = 0;              ///< of those
    };

    /// Reads the cache. The thread begins with `start`.
    key_ring(std::unique_ptr<key_source> source, options opts);
    /// Stops as `stop()` does.
    ~key_ring();

    void start();
    /// Ends the thread; waiting calls get keys_unavailable. The ring must not be destroyed before those calls
    /// have returned. Idempotent.
    void stop();

    /// The key with this id, at once when it is in the set, else after a refresh if one is due.
    /// Errors: key_unknown, keys_unavailable. On any loop.
    [[nodiscard]] runtime::task<result<std::shared_ptr<const ring_key>>> find(std::string kid);

    /// Why `find` would refuse this id at once, without a fetch; nullopt when it would not. On any loop.
    [[nodiscard]] std::optional<failure> refuses(std::string_view kid) const;
    /// For a signature that does not hold under `failed`: the key that has replaced it, after a refresh if
    /// one is due; null when there is none. On any loop.
    [[nodiscard]] runtime::task<std::shared_ptr<const ring_key>>
    find_replacement(std::shared_ptr<const ring_key> failed);

    /// Where the keys come from: a path, or a URL without user and query.
    [[nodiscard]] std::string source() const { return source_->describe(); }
    /// How long ago the source was seen to have this very key; nullopt: not since the start, or it was
    /// replaced. Any thread.
    [[nodiscard]] std::optional<std::chrono::seconds> age_of(const store::key_text& key) const;

    void refresh_now(); ///< as on SIGHUP
    [[nodiscard]] status current_status() const;

private:
    using steady_clock = std::chrono::steady_clock;

    void run(const std::stop_token& stop);
    void refresh_once(const std::stop_token& stop);
    using key_map = std::map<std::string, std::shared_ptr<const ring_key>, std::less<>>; ///< by kid
    [[nodiscard]] timestamp wall_time() const;
    std::shared_ptr<const key_map> keys_of(const signature::key_set& set,
                                           std::optional<timestamp> fetched) const;
    void report_change(const key_map& before, const key_map& fresh,
                       const std::vector<std::string>& skipped) const;
    void keep(const std::string& json, timestamp fetched) const;
    void load_cache();
    /// Under one lock: no refresh can end between the search and the state that explains its result.
    struct lookup_result {
        std::shared_ptr<const ring_key> key; ///< null: not in the set
        key_ring_state state;
    };
    lookup_result look_up(std::string_view kid) const;
    [[nodiscard]] failure unusable(unknown_key_action why) const;
    void wait_for_refresh(const key_ring_state& seen, std::function<void()> resume);

    const std::unique_ptr<key_source> source_;
    const options options_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::shared_ptr<const key_map> keys_; ///< null until a first good set
    key_ring_state state_;
    bool wanted_ = false;   ///< a refresh is asked for
    bool stopping_ = false; ///< there will be none any more
    std::vector<std::function<void()>> waiters_;
    std::optional<steady_clock::time_point> confirmed_;
    std::string cached_json_;
    std::string last_error_;
    std::uint64_t refreshes_ = 0;
    std::uint64_t failures_ = 0;
    std::jthread thread_;
};

} // namespace webhookd::ingest
