#pragma once

#include <webhookd/runtime/line_output.hpp>
#include <webhookd/runtime/log.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/sink.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::log {

/// Writes finished lines to standard error. On a pool's thread it waits for a slow reader and, once that is
/// back, reports how many lines the pool has lost meanwhile; without a pool it waits a second at most.
class sink final : public spdlog::sinks::sink {
public:
    sink() = default;
    /// `loss_line` makes the line that reports lost ones. The pool outlives its threads' calls.
    sink(spdlog::details::thread_pool* pool, std::function<std::string(std::uint64_t)> loss_line);

    void log(const spdlog::details::log_msg& message) override;
    void flush() override {}
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

    /// Stops waiting for readers. Any thread.
    void give_up() noexcept { given_up_ = true; }
    /// Lines that could not be written. Any thread.
    [[nodiscard]] std::uint64_t unwritten() const noexcept { return unwritten_; }

private:
    using steady = std::chrono::steady_clock;

    [[nodiscard]] bool write(std::string line);
    void tell_losses();

    std::mutex mutex_; ///< one line at a time
    runtime::line_output output_ = runtime::line_output::standard_error();
    spdlog::details::thread_pool* pool_ = nullptr;
    std::function<std::string(std::uint64_t)> loss_line_;
    std::uint64_t told_ = 0;
    steady::time_point told_at_;
    std::atomic<std::uint64_t> unwritten_{0};
    std::atomic<bool> given_up_{false};
};

/// Suppresses lines of each kind beyond a rate, and reports how many. Any thread.
class suppressed_lines {
public:
    /// Whether the line is to be written. A kind is a message and the values of these fields, all texts.
    [[nodiscard]] bool take(level l, std::string_view message, std::span<const field> kind);

    enum class those { whose_interval_is_over, all };
    /// Writes a line for each kind of which some were suppressed.
    void tell(those which);

private:
    struct example {
        level of = level::warning;
        std::string message;
        std::vector<std::pair<std::string, std::string>> fields;
    };
    static void write_total(const example& like, std::uint64_t lines);

    std::mutex mutex_;
    runtime::line_sampler sampler_;
    std::map<std::string, example> examples_; ///< of the kinds of which some are suppressed
};

} // namespace webhookd::log
