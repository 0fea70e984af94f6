#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <boost/asio/post.hpp>
#include <pthread.h>

#include <exception>
#include <latch>
#include <memory>
#include <utility>

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
        added.name = (name + "-" + std::to_string(i)).substr(0, 15); // Linux takes no more
        added.thread = std::thread([&added] { run_surviving_exceptions(added.context); });
        pthread_setname_np(added.thread.native_handle(), added.name.c_str());
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

void event_loops::enlist(roll_call& roll) {
    for (auto& l : loops_)
        roll.add(l->name, [&context = l->context](roll_call::answer answer) {
            boost::asio::post(context, std::move(answer));
        });
}

void event_loops::stop() {
    for (auto& l : loops_)
        l->work.reset();
    for (auto& l : loops_)
        if (l->thread.joinable()) l->thread.join();
}

background_pool::background_pool(std::size_t threads, const char* name)
    : thread_pool(threads) {
    // The pool has no hook for the start of its threads: each thread takes one of these tasks, and waits
    // until all have.
    const auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads));
    for (std::size_t i = 0; i < threads; ++i)
        boost::asio::post(*this, [all, name] {
            name_this_thread(name);
            lower_priority();
            all->arrive_and_wait();
        });
    // A pool that is destroyed at once would stop before the last thread has taken its own, and join for
    // ever.
    all->wait();
}

} // namespace webhookd::runtime
