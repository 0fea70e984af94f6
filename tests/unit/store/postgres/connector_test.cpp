#include "store/postgres/connector.hpp"
#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace webhookd::store::postgres;
using namespace std::chrono_literals;

namespace {

/// What an attempt's thread may use longer than the test lasts.
struct gate {
    std::atomic<bool> open = false;
    std::atomic<int> asked = 0;
};

connector::checker behind(const std::shared_ptr<gate>& g) {
    return [g](connection&) -> result<void> {
        ++g->asked;
        static_cast<void>(wait_for_condition([&] { return g->open.load(); }));
        return {};
    };
}

} // namespace

TEST_CASE("a connection that takes long is waited for no longer than allowed and is for the next who asks",
          "[store][postgres]") {
    if (no_postgres()) return;
    const postgres_database database{postgres_server::shared()};
    const auto g = std::make_shared<gate>();
    connector c{{.url = database.url(), .connect_bound = 50ms}, behind(g)};
    for (int i = 0; i < 2; ++i) {
        const auto late = c.open();
        REQUIRE_FALSE(late);
        CHECK(late.error().code == errc::store_io);
        CHECK(late.error().detail == "the database: a connection takes longer than 50 ms");
    }
    CHECK(wait_for_condition([&] { return g->asked == 1; })); // one attempt
    g->open = true;
    std::unique_ptr<connection> held;
    CHECK(wait_for_condition([&] {
        auto opened = c.open();
        if (opened) held = std::move(*opened);
        return held != nullptr;
    }));
    REQUIRE(held);
    CHECK(held->usable());
    CHECK(g->asked == 1);
}

TEST_CASE("of several who need a connection each gets its own", "[store][postgres]") {
    if (no_postgres()) return;
    const postgres_database database{postgres_server::shared()};
    connector c{{.url = database.url(), .connect_bound = 30s}, [](connection&) { return result<void>{}; }};
    std::vector<std::unique_ptr<connection>> all(4);
    std::vector<std::thread> threads;
    for (auto& each : all)
        threads.emplace_back([&] {
            if (auto opened = c.open()) each = std::move(*opened);
        });
    for (auto& each : threads)
        each.join();
    for (const auto& each : all)
        CHECK(each != nullptr);
}

TEST_CASE("who waits for a connection that cannot be had learns why", "[store][postgres]") {
    connector c{{.url = "postgresql:///x?host=/nowhere"}, [](connection&) { return result<void>{}; }};
    const auto refused = c.open();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("/nowhere") != std::string::npos);
}
