#include <webhookd/delivery/dispatcher.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <algorithm>
#include <exception>
#include <future>

namespace webhookd::delivery {

namespace {

using namespace std::chrono_literals;

constexpr const char* cursor_name = "dispatcher";
constexpr std::size_t batch_events = 256;
constexpr std::size_t batch_bytes = 4 * 1024 * 1024;
/// Keeping the position costs the writer a transaction, so under load it is not done for each batch.
constexpr auto keep_interval = 1s;
constexpr auto first_pause = 250ms;
constexpr std::chrono::milliseconds longest_pause = 30s;

} // namespace

dispatcher::dispatcher(store::event_store& store, store::group_writer& writer, routing::routing_table table,
                       handler_map handlers)
    : store_(store)
    , writer_(writer)
    , table_(std::move(table))
    , handlers_(std::move(handlers)) {
    const bool bodies =
        std::any_of(handlers_.begin(), handlers_.end(), [](const auto& h) { return h.second->needs_body(); });
    extent_ = bodies ? store::extent::everything : store::extent::envelope;
}

dispatcher::~dispatcher() {
    stop();
}

void dispatcher::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void dispatcher::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wake_.notify_one();
}

void dispatcher::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void dispatcher::run(const std::stop_token& stop) {
    runtime::name_this_thread("dispatcher");
    runtime::let_others_go_first();
    auto pause_time = std::chrono::milliseconds(first_pause);
    for (bool positioned = false; !stop.stop_requested();) {
        if (!positioned) {
            const auto kept = store_.cursor(cursor_name);
            positioned = kept.has_value();
            if (kept) position_ = kept_position_ = *kept;
        }
        const auto events = positioned ? store_.read_after(position_, batch_events, batch_bytes, extent_)
                                       : failure{errc::store_io, "the position is not known"};
        if (!events) {
            log::error("kept events cannot be read", {{"reason", to_string(events.error())}});
            pause(stop, pause_time);
            pause_time = std::min(pause_time * 2, longest_pause);
            continue;
        }
        pause_time = first_pause;
        for (const auto& event : *events) {
            if (!hand_over(event, stop)) break;
            position_ = event.seq;
        }
        if (!events->empty() && clock::now() - kept_at_ < keep_interval) continue;
        if (position_ != kept_position_) keep_position();
        if (!events->empty()) continue;
        std::unique_lock lock(mutex_);
        wake_.wait(lock, stop, [this] { return woken_; });
        woken_ = false;
    }
    if (position_ != kept_position_) keep_position();
}

bool dispatcher::hand_over(const store::stored_event& event, const std::stop_token& stop) {
    for (const auto index : table_.match(event.endpoint, event.envelope.type)) {
        const auto& name = table_.handlers()[index];
        auto& handler = *handlers_.at(name);
        auto pause_time = std::chrono::milliseconds(first_pause);
        for (std::uint32_t attempt = 1;; ++attempt) {
            if (stop.stop_requested()) return false;
            std::promise<handler::outcome> promise;
            try {
                handler.start(std::make_shared<handler::delivery>(handler::delivery{0, attempt, event}),
                              [&](handler::outcome o) { promise.set_value(std::move(o)); });
            } catch (const std::exception& e) {
                promise.set_value(
                    {handler::verdict::retry, 0, std::string("an exception: ") + e.what(), {}, {}});
            }
            const auto outcome = promise.get_future().get();
            if (outcome.verdict == handler::verdict::successful) break;
            log::error("a handler failed and is tried again", {{"handler", name},
                                                               {"event", event.envelope.id},
                                                               {"attempt", attempt},
                                                               {"reason", outcome.reason}});
            if (!pause(stop, pause_time)) return false;
            pause_time = std::min(pause_time * 2, longest_pause);
        }
    }
    return true;
}

bool dispatcher::pause(const std::stop_token& stop, std::chrono::milliseconds how_long) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, how_long, [] { return false; });
    return !stop.stop_requested();
}

void dispatcher::keep_position() {
    kept_at_ = clock::now();
    kept_position_ = position_;
    const auto queued = writer_.submit_task([at = position_.load()](store::event_store& store) {
        // Not kept: the same events are handed over again after a restart, which at-least-once allows.
        if (const auto kept = store.advance(cursor_name, at); !kept)
            log::warning("the dispatcher's position was not kept", {{"reason", to_string(kept.error())}});
    });
    if (!queued) log::debug("the dispatcher's position is not kept: the writer is stopping");
}

} // namespace webhookd::delivery
