#include <webhookd/delivery/engine.hpp>

#include "support/fake_event_store.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <set>
#include <string>

using namespace webhookd;
using test::wait_for_condition;

namespace {

/// Deliveries wait in it for a handler that nobody has.
class store_of_orphans final : public test::fake_event_store {
public:
    explicit store_of_orphans(bool leads)
        : leads_(leads) {}

    std::atomic<int> asked = 0;
    std::atomic<int> failed = 0;
    std::atomic<int> counted = 0;
    std::set<std::string, std::less<>> elsewhere; ///< has these handlers

    result<bool> try_lead(store::duty which, std::chrono::milliseconds) override {
        ++asked;
        return which == store::duty::orphans && leads_;
    }
    result<std::set<std::string, std::less<>>> handlers_elsewhere() override { return elsewhere; }
    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        ++counted;
        return std::map<std::string, std::int64_t>{{"gone", 3}};
    }
    result<std::size_t> fail_waiting(std::string_view, std::string_view, std::size_t) override {
        ++failed;
        return 3;
    }

private:
    const bool leads_; ///< else another instance does
};

} // namespace

TEST_CASE("what waits for a handler that is no more is failed by who leads the duty alone", "[delivery]") {
    const bool leads = GENERATE(true, false);
    store_of_orphans kept(leads);
    const runtime::system_clock clock;
    store::group_writer writer(kept, {});
    delivery::engine engine({kept, kept, kept, kept, {kept}}, writer, clock, clock);
    engine.start({});
    REQUIRE(wait_for_condition([&] { return kept.asked > 0; }));
    if (leads) CHECK(wait_for_condition([&] { return kept.failed == 1; }));
    // The engine has had its look once it answers, and the writer its work once it has stopped.
    std::promise<void> answered;
    engine.ask([&] { answered.set_value(); });
    answered.get_future().wait();
    engine.stop({});
    writer.stop();
    CHECK(kept.failed == (leads ? 1 : 0));
}

TEST_CASE("what waits for a handler that another instance has is left to it", "[delivery]") {
    store_of_orphans kept(true);
    kept.elsewhere = {"gone"};
    const runtime::system_clock clock;
    store::group_writer writer(kept, {});
    delivery::engine engine({kept, kept, kept, kept, {kept}}, writer, clock, clock);
    engine.start({});
    REQUIRE(wait_for_condition([&] { return kept.counted > 0; }));
    std::promise<void> answered;
    engine.ask([&] { answered.set_value(); });
    answered.get_future().wait();
    engine.stop({});
    writer.stop();
    CHECK(kept.failed == 0);
}
