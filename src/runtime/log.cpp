#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace webhookd::log {

namespace {

constexpr std::size_t queue_lines = 8192;

struct state {
    std::atomic<level> threshold{level::info};
    std::atomic<format> line_format{format::text};
    std::atomic<bool> to_journal{false};
    std::mutex mutex; ///< guards the two below against start and stop
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::logger> logger;
    std::atomic<std::uint64_t> lost_before{0}; ///< by earlier pools
};

state& shared() {
    // Never destroyed: threads may log until the very end.
    static auto* s = new state;
    return *s;
}

std::shared_ptr<spdlog::logger> make_immediate() {
    auto logger =
        std::make_shared<spdlog::logger>("immediate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_level(spdlog::level::trace);
    logger->set_pattern("%v");
    return logger;
}

std::shared_ptr<spdlog::logger> current() {
    auto& s = shared();
    const std::lock_guard lock(s.mutex);
    if (!s.logger) s.logger = make_immediate();
    return s.logger;
}

} // namespace

void start(const options& opts) {
    auto& s = shared();
    s.threshold = opts.level;
    s.line_format = opts.format;
    s.to_journal = opts.to_journal;
    const std::lock_guard lock(s.mutex);
    s.pool = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1,
                                                            [] { runtime::name_this_thread("log"); });
    auto logger =
        std::make_shared<spdlog::async_logger>("daemon", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                               s.pool, spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog::level::trace);
    logger->set_pattern("%v");
    s.logger = std::move(logger);
}

void set_level(level l) {
    shared().threshold = l;
}

format current_format() noexcept {
    return shared().line_format;
}

void stop() {
    auto& s = shared();
    // Kept until the pool's thread has ended: that thread must not be the one that destroys the logger,
    // inside libspdlog, where ThreadSanitizer does not see what orders the two threads.
    std::shared_ptr<spdlog::logger> logger = make_immediate();
    std::shared_ptr<spdlog::details::thread_pool> pool;
    {
        const std::lock_guard lock(s.mutex);
        s.logger.swap(logger);
        pool = std::move(s.pool);
    }
    if (pool) s.lost_before += pool->overrun_counter();
    pool.reset(); // joins after the queue has run dry
}

std::uint64_t dropped() noexcept {
    auto& s = shared();
    const std::lock_guard lock(s.mutex);
    return s.lost_before + (s.pool ? s.pool->overrun_counter() : 0);
}

void write(level l, std::string_view message, std::span<const field> fields) {
    auto& s = shared();
    if (l < s.threshold.load(std::memory_order_relaxed)) return;
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
    current()->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

} // namespace webhookd::log
