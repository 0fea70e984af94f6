#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

namespace webhookd::http {

/// Counts the bytes of all bodies that one server holds at a time, so that their sum has a bound, whatever
/// the number of connections. After a peak it gives the allocator's free memory back to the system, on a
/// thread of its own. Any thread.
class body_budget {
public:
    ~body_budget();

    /// Whether so many more bytes stay within `most`.
    [[nodiscard]] bool has_room(std::size_t bytes, std::size_t most) const noexcept {
        const auto now = held_.load(std::memory_order_relaxed);
        return now <= most && bytes <= most - now;
    }
    [[nodiscard]] std::size_t held() const noexcept { return held_; }

    /// A request was refused because there is no room: the number of those so far.
    std::uint64_t count_refusal() noexcept { return ++refused_; }
    [[nodiscard]] std::uint64_t refusals() const noexcept { return refused_; }

private:
    friend class body_share;
    [[nodiscard]] bool take(std::size_t bytes, std::size_t most) noexcept;
    void give_back(std::size_t bytes) noexcept;
    void ask_for_trim() noexcept;
    void trim_when_asked(const std::stop_token& stop);

    std::atomic<std::size_t> held_{0};
    std::atomic<std::size_t> peak_{0}; ///< since the last trim
    std::atomic<std::uint64_t> refused_{0};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool wanted_ = false;
    std::jthread trimmer_; ///< begins with the first peak
};

/// The share of one request; given back at its end.
class body_share {
public:
    explicit body_share(body_budget& of) noexcept
        : of_(of) {}
    ~body_share() { of_.give_back(bytes_); }
    body_share(const body_share&) = delete;
    body_share& operator=(const body_share&) = delete;

    /// The body has so many bytes now. False when the sum would exceed `most`: then it holds what it held.
    [[nodiscard]] bool grow_to(std::size_t bytes, std::size_t most) noexcept {
        if (bytes <= bytes_) return true;
        if (!of_.take(bytes - bytes_, most)) return false;
        bytes_ = bytes;
        return true;
    }

private:
    body_budget& of_;
    std::size_t bytes_ = 0;
};

class connection_handle;

/// The idle connections of a server, the longest idle first. When there is no room for a new connection, one
/// of them is closed. Any thread; each connection enters and leaves on its own loop.
class resting_list {
public:
    /// A connection's entry in the list, which it owns so that nothing is allocated.
    struct entry {
        explicit entry(connection_handle& c)
            : node{&c} {}
        std::list<connection_handle*> node; ///< empty while it is in the list
        std::list<connection_handle*>::iterator at = node.begin();
        bool let_go = false; ///< removed to make room for a new connection; guarded by the list's mutex
    };

    void enter(entry& p);
    /// False when it was removed to make room for a new connection meanwhile; resets that mark.
    bool leave(entry& p);

    /// Removes the one that has been idle longest, and tells its loop to close it unless it has gone on by
    /// then. False when none is idle.
    bool make_room();
    /// Whether it is still to be closed to make room for a new connection.
    [[nodiscard]] bool is_let_go(const entry& p) const;

private:
    mutable std::mutex mutex_;
    std::list<connection_handle*> resting_;
};

} // namespace webhookd::http
