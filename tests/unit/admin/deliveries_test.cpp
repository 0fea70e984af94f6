#include <webhookd/admin/deliveries.hpp>
#include <webhookd/runtime/background_pool.hpp>

#include "support/fake_event_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <exception>
#include <optional>
#include <set>
#include <thread>

using namespace webhookd;
using http::verb;

namespace {

/// Remembers which threads read it.
class watched_store final : public test::fake_event_store {
public:
    result<std::vector<store::delivery_record>> deliveries(const store::delivery_filter& filter,
                                                           std::optional<store::delivery_id> before,
                                                           std::size_t limit) override {
        readers.insert(std::this_thread::get_id());
        return fake_event_store::deliveries(filter, before, limit);
    }
    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        readers.insert(std::this_thread::get_id());
        return fake_event_store::waiting_by_handler();
    }
    std::set<std::thread::id> readers;
};

/// The loop is the caller's: a reader may still be about to wake it when the answer is there.
unsigned ask_status(boost::asio::io_context& loop, http::router& router, verb method, std::string_view path,
                    std::string_view query) {
    boost::beast::http::request_header<> headers;
    headers.method(method);
    http::request r{headers, path, query, {}};
    r.caller.local = true;
    REQUIRE_FALSE(router.admit(r).has_value());
    loop.restart();
    auto work = boost::asio::make_work_guard(loop);
    std::optional<http::response> answer;
    const auto done = [&](const std::exception_ptr& thrown, http::response a) {
        if (!thrown) answer = std::move(a);
        work.reset();
    };
    boost::asio::co_spawn(loop.get_executor(), router.handle(r), done);
    loop.run();
    REQUIRE(answer.has_value());
    return static_cast<unsigned>(answer->status);
}

} // namespace

TEST_CASE("deliveries and handlers are read on the readers' threads, never on the admin loop", "[admin]") {
    watched_store kept;
    const runtime::system_clock clock;
    store::group_writer writer(kept, {}, [] {});
    delivery::engine engine(kept, kept, writer, clock, clock);
    const admin::access who({}, clock);
    boost::asio::io_context loop;
    runtime::background_pool readers(1, "reader");
    http::router router;
    admin::add_deliveries(router, {who, kept, writer, engine, clock, readers});
    CHECK(ask_status(loop, router, verb::get, "/v1/deliveries", "") == 200);
    CHECK(ask_status(loop, router, verb::get, "/v1/handlers", "") == 200);
    CHECK(ask_status(loop, router, verb::get, "/v1/deliveries/7", "") == 404);
    CHECK(ask_status(loop, router, verb::post, "/v1/deliveries/7/retry", "") == 404);
    CHECK(kept.readers.size() == 1);
    CHECK(kept.readers.count(std::this_thread::get_id()) == 0);
    for (const auto* cursor : {"cursor=9223372036854775807", "cursor=9007199254740993", "cursor=-1"})
        CHECK(ask_status(loop, router, verb::get, "/v1/deliveries", cursor) == 400);
    readers.join();
    writer.stop();
}
