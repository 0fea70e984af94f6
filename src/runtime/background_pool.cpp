#include <webhookd/runtime/background_pool.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <boost/asio/post.hpp>

#include <latch>
#include <memory>

namespace webhookd::runtime {

background_pool::background_pool(std::size_t threads, const char* name)
    : thread_pool(threads) {
    // The pool offers no hook at the start of its threads: each takes one of these, and waits until all have.
    const auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads));
    for (std::size_t i = 0; i < threads; ++i)
        boost::asio::post(*this, [all, name] {
            name_this_thread(name);
            let_others_go_first();
            all->arrive_and_wait();
        });
    // A pool that is destroyed at once would stop before the last thread has taken its own, and join for
    // ever.
    all->wait();
}

} // namespace webhookd::runtime
