#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include "runtime/log_sink.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace webhookd::log {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t queue_lines = 8192;
/// At the end a reader has this long to take what is queued.
constexpr auto last_lines_bound = 2s;

struct state {
    std::atomic<level> threshold{level::info};
    std::atomic<format> line_format{format::text};
    std::atomic<bool> to_journal{false};
    std::mutex mutex; ///< guards the members below against start and stop
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<sink> output;
    std::shared_ptr<spdlog::logger> logger;
    std::atomic<std::uint64_t> lost_before{0}; ///< by earlier pools
};

state& shared() {
    // Never destroyed: threads may log until the very end.
    static auto* s = new state;
    return *s;
}

std::shared_ptr<spdlog::logger> make_immediate() {
    auto logger = std::make_shared<spdlog::logger>("immediate", std::make_shared<sink>());
    logger->set_level(spdlog::level::trace);
    return logger;
}

std::shared_ptr<spdlog::logger> current() {
    auto& s = shared();
    const std::lock_guard lock{s.mutex};
    if (!s.logger) s.logger = make_immediate();
    return s.logger;
}

/// `mutex` is held.
std::uint64_t lost_by_pool(const state& s) {
    return s.pool ? s.pool->overrun_counter() + s.output->unwritten() : 0;
}

std::string rendered(level l, std::string_view message, std::span<const field> fields) {
    auto& s = shared();
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    // Masked before they are escaped, and names of fields not at all.
    std::vector<std::string> texts;
    texts.reserve(fields.size());
    std::vector<field> shown(fields.begin(), fields.end());
    for (auto& each : shown)
        if (auto* text = std::get_if<std::string_view>(&each.value))
            *text = texts.emplace_back(secrets::masked(*text));
    auto line =
        render(s.line_format.load(std::memory_order_relaxed), now, l, secrets::masked(message), shown);
    if (s.to_journal.load(std::memory_order_relaxed)) line.insert(0, journal_priority(l));
    return line;
}

/// The first line once the reader is back.
std::string loss_line(std::uint64_t lines) {
    const field lost("lines", lines);
    return rendered(level::warning, "lines of the log were lost: their reader was too slow", {&lost, 1});
}

suppressed_lines& held_back() {
    static auto* lines = new suppressed_lines; // never destroyed, as above
    return *lines;
}

} // namespace

void start(const options& opts) {
    auto& s = shared();
    s.threshold = opts.level;
    s.line_format = opts.format;
    s.to_journal = opts.to_journal;
    const std::lock_guard lock{s.mutex};
    s.pool = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1,
                                                            [] { runtime::name_this_thread("log"); });
    s.output = std::make_shared<sink>(s.pool.get(), loss_line);
    auto logger = std::make_shared<spdlog::async_logger>("daemon", s.output, s.pool,
                                                         spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog::level::trace);
    s.logger = std::move(logger);
}

void set_level(level l) {
    shared().threshold = l;
}

format current_format() noexcept {
    return shared().line_format;
}

void sampled(level l, std::string_view message, std::initializer_list<kind_field> kind,
             std::initializer_list<field> rest) {
    if (l < shared().threshold.load(std::memory_order_relaxed)) return;
    std::vector<field> fields;
    fields.reserve(kind.size() + rest.size());
    for (const auto& [key, value] : kind)
        fields.emplace_back(key, value);
    if (!held_back().take(l, message, fields)) return;
    fields.insert(fields.end(), rest.begin(), rest.end());
    write(l, message, fields);
}

void tell_held_back() {
    held_back().tell(suppressed_lines::those::whose_interval_is_over);
}

void stop() {
    held_back().tell(suppressed_lines::those::all);
    auto& s = shared();
    // Kept until the pool's thread has ended: that thread must not be the one that destroys the logger,
    // inside libspdlog, where ThreadSanitizer does not see what orders the two threads.
    std::shared_ptr<spdlog::logger> logger = make_immediate();
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<sink> output;
    {
        const std::lock_guard lock{s.mutex};
        s.lost_before += lost_by_pool(s);
        s.logger.swap(logger);
        pool = std::move(s.pool);
        output = std::move(s.output);
    }
    if (!pool) return;
    // The pool's destructor joins its thread once the queue is empty, however long that takes. So another
    // thread waits for it, and is left behind where even giving up does not help.
    std::promise<void> ended;
    auto end = ended.get_future();
    std::thread([logger, pool = std::move(pool), ended = std::move(ended)]() mutable {
        pool.reset();
        ended.set_value();
    }).detach();
    if (end.wait_for(last_lines_bound) == std::future_status::ready) return;
    output->give_up();
    end.wait_for(last_lines_bound / 4);
}

std::uint64_t dropped() noexcept {
    auto& s = shared();
    const std::lock_guard lock{s.mutex};
    return s.lost_before + lost_by_pool(s);
}

void write(level l, std::string_view message, std::span<const field> fields) {
    if (l < shared().threshold.load(std::memory_order_relaxed)) return;
    const auto line = rendered(l, message, fields);
    current()->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

} // namespace webhookd::log
