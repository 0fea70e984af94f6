#include <webhookd/runtime/event_loops.hpp>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <latch>
#include <vector>

using namespace webhookd;

TEST_CASE("every thread of a background pool lets others go first", "[runtime]") {
    constexpr std::size_t threads = 3;
    const int usual = ::getpriority(PRIO_PROCESS, 0);
    runtime::background_pool pool(threads, "background");
    std::latch all_busy(threads); // so that each thread answers once
    std::vector<std::promise<int>> priorities(threads);
    for (auto& each : priorities)
        boost::asio::post(pool, [&all_busy, &each] {
            all_busy.arrive_and_wait();
            each.set_value(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())));
        });
    for (auto& each : priorities)
        CHECK(each.get_future().get() == std::min(usual + 10, 19));
    CHECK(::getpriority(PRIO_PROCESS, 0) == usual);
}

TEST_CASE("a background pool that is destroyed at once ends", "[runtime]") {
    for (int i = 0; i < 500; ++i)
        runtime::background_pool(2, "background");
    SUCCEED("none of them joined for ever");
}
