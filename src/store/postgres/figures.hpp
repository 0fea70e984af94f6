#pragma once

#include <webhookd/store/event.hpp>

#include <atomic>
#include <cstdint>

namespace webhookd::store::postgres {

/// What costs nothing to ask. Kept by what this process does, and corrected by what `follower` reads, since
/// other daemons do the same. Any thread.
class figures {
public:
    figures(event_offset last, std::int64_t pending)
        : last_offset_(last)
        , pending_(pending) {}

    [[nodiscard]] event_offset last_offset() const noexcept { return last_offset_; }
    /// True: it is newer than what was known.
    bool raise_last_offset(event_offset to) noexcept {
        auto known = last_offset_.load();
        while (known < to)
            if (last_offset_.compare_exchange_weak(known, to)) return true;
        return false;
    }

    [[nodiscard]] std::int64_t pending() const noexcept { return pending_; }
    void add_pending(std::int64_t more) noexcept { pending_ += more; }
    void set_pending(std::int64_t counted) noexcept { pending_ = counted; }

    /// Transactions of this process that raised `totals.plans`.
    [[nodiscard]] std::int64_t own_plans() const noexcept { return own_plans_; }
    void count_plans(int more) noexcept { own_plans_ += more; }
    /// The same of `totals.erasures`.
    [[nodiscard]] std::int64_t own_erasures() const noexcept { return own_erasures_; }
    void count_erasure() noexcept { ++own_erasures_; }
    /// While one lives, `totals.erasures` and `own_erasures` may differ by it.
    class erasing {
    public:
        explicit erasing(figures& of) noexcept
            : of_(of) {
            ++of_.erasures_begun_;
        }
        ~erasing() { ++of_.erasures_ended_; }
        erasing(const erasing&) = delete;
        erasing& operator=(const erasing&) = delete;

    private:
        figures& of_;
    };
    [[nodiscard]] std::uint64_t erasures_begun() const noexcept { return erasures_begun_; }
    [[nodiscard]] bool erases_now() const noexcept { return erasures_ended_ != erasures_begun_; }

    /// While one lives, what the database tells and what is known here may differ.
    class change {
    public:
        explicit change(figures& of) noexcept
            : of_(of) {
            ++of_.begun_;
        }
        ~change() { ++of_.ended_; }
        change(const change&) = delete;
        change& operator=(const change&) = delete;

    private:
        figures& of_;
    };
    [[nodiscard]] std::uint64_t changes_begun() const noexcept { return begun_; }
    [[nodiscard]] bool changes_now() const noexcept { return ended_ != begun_; }

private:
    std::atomic<event_offset> last_offset_;
    std::atomic<std::int64_t> pending_;
    std::atomic<std::int64_t> own_plans_ = 0;
    std::atomic<std::int64_t> own_erasures_ = 0;
    std::atomic<std::uint64_t> erasures_begun_ = 0;
    std::atomic<std::uint64_t> erasures_ended_ = 0;
    std::atomic<std::uint64_t> begun_ = 0;
    std::atomic<std::uint64_t> ended_ = 0;
};

} // namespace webhookd::store::postgres
