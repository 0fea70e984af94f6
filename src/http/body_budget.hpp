#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
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

} // namespace webhookd::http
