#include "support/recording_sink.hpp"

#include "support/chaos_sink.hpp"

#include <thread>

namespace webhookd::test {

recording_sink::recording_sink(std::uint32_t seed)
    : random_(seed)
    , server_([this](const scripted_request& request) { return answer(request); },
              scripted_server_options{.keep_requests = false}) {}

void recording_sink::open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
}

sightings recording_sink::seen() const {
    const std::lock_guard lock{mutex_};
    return seen_;
}

std::size_t recording_sink::changed() const {
    const std::lock_guard lock{mutex_};
    return changed_;
}

scripted_reply recording_sink::answer(const scripted_request& request) {
    const auto id = request.header("webhook-id");
    const auto body = hash_of(request.body);
    std::unique_lock lock{mutex_};
    if (!open_) return http_reply(503, "closed");
    auto& known = seen_[id]; // stays where it is while others come
    if (known.arrivals++ == 0) {
        known.first_arrival = ++ticks_;
        known.body = body;
    }
    changed_ += known.body != body;
    ++requests_;
    const auto fate = up_to(19);
    const std::chrono::microseconds work(up_to(3000));
    lock.unlock();
    std::this_thread::sleep_for(work);
    if (fate == 0) return chaos::reset();
    if (fate <= 2) return http_reply(503, "busy");
    lock.lock();
    ++known.successes;
    if (!known.first_success) {
        known.first_success = ++ticks_;
        known.succeeded = std::chrono::steady_clock::now();
        ++succeeded_;
    }
    return http_reply(200, "well");
}

std::size_t recording_sink::up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random_);
}

} // namespace webhookd::test
