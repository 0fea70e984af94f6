#include "support/delivery_engine.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <mutex>
#include <set>

using namespace webhookd;
using namespace std::chrono_literals;
using handler::outcome;
using handler::verdict;
using store::delivery_state;

namespace {

const store::planned_delivery plain{"crm", store::ordering::none};

/// Answers on threads of its own, as forward and shell do.
class threaded_handler final : public handler::handler {
public:
    explicit threaded_handler(std::function<outcome(const webhookd::handler::delivery&)> script = {})
        : script_(std::move(script)) {}
    ~threaded_handler() override { threads_.join(); }

    void start(std::shared_ptr<const webhookd::handler::delivery> d, completion done) override {
        const auto running = ++running_;
        for (auto most = most_.load(); running > most && !most_.compare_exchange_weak(most, running);) {
        }
        boost::asio::post(threads_, [this, d = std::move(d), done = std::move(done)] {
            {
                const std::lock_guard lock{mutex_};
                ids_.insert(d->event.envelope.id);
            }
            auto o = script_ ? script_(*d) : outcome{};
            --running_; // before `done`, which may begin the next one
            done(std::move(o));
            ++told_;
        });
    }

    [[nodiscard]] std::size_t most_at_once() const { return most_; }
    /// Attempts whose outcome the engine has been told.
    [[nodiscard]] std::size_t told() const { return told_; }
    [[nodiscard]] std::size_t tried() const {
        const std::lock_guard lock{mutex_};
        return ids_.size();
    }

private:
    std::function<outcome(const webhookd::handler::delivery&)> script_;
    std::atomic<std::size_t> running_ = 0;
    std::atomic<std::size_t> most_ = 0;
    std::atomic<std::size_t> told_ = 0;
    mutable std::mutex mutex_;
    std::set<std::string> ids_;
    boost::asio::thread_pool threads_{4};
};

} // namespace

TEST_CASE("attempts that follow one another outside the engine keep to its limit and are all recorded",
          "[delivery]") {
    test::delivery_engine f;
    auto common = test::quick();
    common.concurrency = 3;
    for (int i = 0; i < 2000; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    auto crm = std::make_shared<threaded_handler>();
    f.run({{"crm", common, crm}});
    REQUIRE(test::wait_for_condition([&] { return f.kept->pending() == 0; }));
    CHECK(crm->tried() == 2000);
    CHECK(crm->most_at_once() <= 3);
    CHECK(test::wait_for_condition([&] { return f.status().successful == 2000; }));
    CHECK(f.status().in_flight == 0);
    CHECK(f.kept->attempts(1).value().size() == 1);
    f.end();
}

TEST_CASE("an open circuit stops attempts that would follow one another outside the engine", "[delivery]") {
    std::atomic<int> answered = 0;
    std::shared_ptr<threaded_handler> crm;
    test::delivery_engine f;
    auto common = test::quick();
    common.concurrency = 2;
    common.retry.max_attempts = 1;
    common.circuit_breaker = config::circuit_breaker{.failures = 5, .open_for = 10min};
    for (int i = 0; i < 500; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    crm = std::make_shared<threaded_handler>([&](const handler::delivery&) {
        if (++answered <= 100) return outcome{};
        // A success that is told after a failure would have the failures counted anew.
        (void)test::wait_for_condition([&] { return crm->told() >= 100; });
        return outcome{verdict::retry, 503, "HTTP 503", {}, {}};
    });
    f.run({{"crm", common, crm}});
    REQUIRE(test::wait_for_condition(
        [&] { return f.status().circuit == delivery::circuit_breaker::state::open; }));
    REQUIRE(test::wait_for_condition([&] { return f.status().in_flight == 0; }));
    f.end();
    // One more attempt may have run beside the failure that opened it.
    CHECK(crm->tried() <= 100 + 5 + 1);
    CHECK(f.kept->pending() >= 500 - 106);
}

TEST_CASE("stopping ends a row of attempts that follow one another, and loses none", "[delivery]") {
    test::delivery_engine f;
    for (int i = 0; i < 3000; ++i)
        f.add("evt_" + std::to_string(i), "tx", {plain});
    auto crm = std::make_shared<threaded_handler>();
    f.run({{"crm", test::quick(), crm}});
    REQUIRE(test::wait_for_condition([&] { return crm->tried() > 50; }));
    CHECK(f.engine->stop(10s));
    const auto tried = static_cast<std::int64_t>(crm->tried());
    CHECK(f.kept->pending() == 3000 - tried);
}
