#pragma once

#include <chrono>
#include <cstdint>

namespace webhookd::cli {

/// One line on standard error with a bar that tells how a long transfer goes, renewed a few times a second;
/// silent unless `visible`.
class progress {
public:
    /// `lines`: as many as will come, likely.
    progress(bool visible, std::int64_t lines);

    void add(std::uint64_t bytes, std::int64_t lines);
    /// The last state, and a line break.
    void finish();

private:
    using clock = std::chrono::steady_clock;
    void show(clock::time_point now);

    bool visible_;
    std::int64_t expected_;
    clock::time_point begin_ = clock::now();
    clock::time_point shown_ = begin_;
    std::uint64_t bytes_ = 0;
    std::int64_t lines_ = 0;
};

} // namespace webhookd::cli
