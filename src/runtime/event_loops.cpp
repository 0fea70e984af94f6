#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/runtime/log.hpp>

#include <boost/asio/post.hpp>
#include <pthread.h>

#include <algorithm>
#include <exception>

namespace webhookd::runtime {

void run_surviving_exceptions(boost::asio::io_context& context) {
    for (;;) {
        try {
            context.run();
            return;
        } catch (const std::exception& e) {
            log::error("an exception reached an event loop", {{"what", e.what()}});
        }
    }
}

event_loops::event_loops(std::size_t count, const std::string& name) {
    loops_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto& added = *loops_.emplace_back(std::make_unique<loop>());
        added.thread = std::thread([&added] { run_surviving_exceptions(added.context); });
        // Linux cuts thread names at 15 characters.
        pthread_setname_np(added.thread.native_handle(),
                           (name + "-" + std::to_string(i)).substr(0, 15).c_str());
    }
}

event_loops::~event_loops() {
    stop();
}

std::vector<boost::asio::io_context*> event_loops::contexts() {
    std::vector<boost::asio::io_context*> all;
    for (auto& l : loops_)
        all.push_back(&l->context);
    return all;
}

void event_loops::ping() {
    for (auto& l : loops_) {
        l->answered = false;
        boost::asio::post(l->context, [&answered = l->answered] { answered = true; });
    }
}

bool event_loops::alive() const noexcept {
    return std::all_of(loops_.begin(), loops_.end(), [](const auto& l) { return l->answered.load(); });
}

void event_loops::stop() {
    for (auto& l : loops_)
        l->work.reset();
    for (auto& l : loops_)
        if (l->thread.joinable()) l->thread.join();
}

} // namespace webhookd::runtime
