#include <webhookd/store/group_writer.hpp>

#include "support/fake_event_store.hpp"
#include "support/store_events.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

/// The answers that waiters got, in the order of the answers.
class answers {
public:
    group_writer::completion for_event(std::string id) {
        return [this, id = std::move(id)](result<append_outcome> r) {
            const std::lock_guard lock{mutex_};
            given_.emplace_back(id, std::move(r));
        };
    }
    std::vector<std::pair<std::string, result<append_outcome>>> given() const {
        const std::lock_guard lock{mutex_};
        return given_;
    }
    std::vector<std::string> failed() const {
        std::vector<std::string> ids;
        for (const auto& [id, r] : given()) {
            if (!r) ids.push_back(id);
        }
        return ids;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, result<append_outcome>>> given_;
};

bool submit(group_writer& writer, answers& to, const std::string& id, std::size_t bytes = 10) {
    auto e = make_event(id);
    e.body.assign(bytes, 'x');
    return writer.submit(std::move(e), to.for_event(id));
}

/// Gets the writer held in an append of one event, so that whatever is submitted next waits together.
void occupy(fake_event_store& store, group_writer& writer, answers& to) {
    store.hold();
    REQUIRE(submit(writer, to, "first"));
    REQUIRE(store.wait_until_held());
}

} // namespace

TEST_CASE("what waits while a batch is written makes the next batch, answered in order", "[store]") {
    fake_event_store store;
    answers to;
    group_writer writer{store, {}};
    occupy(store, writer, to);
    for (int i = 0; i < 100; ++i)
        REQUIRE(submit(writer, to, std::to_string(i)));
    CHECK(to.given().empty());
    CHECK(writer.snapshot().waiting == 101);
    store.release();
    writer.stop();

    CHECK(store.batches() == std::vector<std::size_t>{1, 100});
    const auto given = to.given();
    REQUIRE(given.size() == 101);
    for (std::size_t i = 0; i < given.size(); ++i) {
        CHECK(given[i].first == (i == 0 ? "first" : std::to_string(i - 1)));
        REQUIRE(given[i].second.has_value());
        CHECK(given[i].second->status == append_status::accepted);
        CHECK(given[i].second->offset == static_cast<event_offset>(i + 1));
    }
    const auto counts = writer.snapshot();
    CHECK(counts.batches == 2);
    CHECK(counts.events == 101);
    CHECK(counts.failures == 0);
    CHECK(counts.waiting == 0);
}

TEST_CASE("what comes while another instance appends goes into the same batch, within its bounds",
          "[store]") {
    fake_event_store store;
    answers to;
    group_writer writer{store, {.max_batch = 4, .max_batch_bytes = 1000}};
    store.hold_lock();
    REQUIRE(submit(writer, to, "first"));
    REQUIRE(store.wait_until_held());
    for (int i = 0; i < 5; ++i)
        REQUIRE(submit(writer, to, std::to_string(i)));
    store.release();
    writer.stop();

    CHECK(store.batches() == std::vector<std::size_t>{4, 2});
    CHECK(store.kept_ids() == std::vector<std::string>{"first", "0", "1", "2", "3", "4"});
    const auto given = to.given();
    REQUIRE(given.size() == 6);
    for (std::size_t i = 0; i < given.size(); ++i) {
        CHECK(given[i].first == (i == 0 ? "first" : std::to_string(i - 1)));
        REQUIRE(given[i].second.has_value());
        CHECK(given[i].second->offset == static_cast<event_offset>(i + 1));
    }
    CHECK(writer.snapshot().waiting == 0);
}

TEST_CASE("a batch that grew while it waited is halved like any other", "[store]") {
    fake_event_store store;
    answers to;
    group_writer writer{store, {}};
    store.on_append([](std::span<const new_event> batch) -> std::optional<failure> {
        for (const auto& e : batch)
            if (e.envelope.id == "culprit") return failure{errc::argument_invalid, "the test says so"};
        return std::nullopt;
    });
    store.hold_lock();
    REQUIRE(submit(writer, to, "first"));
    REQUIRE(store.wait_until_held());
    for (const auto* id : {"second", "culprit", "last"})
        REQUIRE(submit(writer, to, id));
    store.release();
    writer.stop();
    CHECK(to.failed() == std::vector<std::string>{"culprit"});
    CHECK(store.kept_ids() == std::vector<std::string>{"first", "second", "last"});
    CHECK(writer.snapshot().failures == 1);
}

TEST_CASE("batches are bounded by number and by bytes, and a large event goes alone", "[store]") {
    fake_event_store store;
    answers to;
    group_writer writer{store, {.max_batch = 4, .max_batch_bytes = 1000}};
    occupy(store, writer, to);
    std::size_t next = 0;
    for (const std::size_t bytes : {10, 10, 10, 10, 10, 900, 90, 2000, 500, 500, 1}) {
        REQUIRE(submit(writer, to, std::to_string(next++), bytes));
    }
    store.release();
    writer.stop();
    CHECK(store.batches() == std::vector<std::size_t>{1, 4, 3, 1, 2, 1});
    CHECK(to.failed().empty());
}

TEST_CASE("as much waits as may wait, and what is refused is left to its owner", "[store]") {
    fake_event_store store;
    answers to;
    group_writer writer{store, {.max_waiting = 3}};
    occupy(store, writer, to);
    REQUIRE(submit(writer, to, "second"));
    REQUIRE(submit(writer, to, "third"));
    auto e = make_event("fourth");
    const auto body = e.body;
    CHECK_FALSE(writer.submit(std::move(e), to.for_event("fourth")));
    CHECK(e.body == body); // NOLINT(bugprone-use-after-move): that is the promise
    store.release();
    REQUIRE(wait_for_condition([&] { return writer.snapshot().waiting == 0; }));
    CHECK(submit(writer, to, "fifth"));
    writer.stop();
    CHECK(store.kept_ids() == std::vector<std::string>{"first", "second", "third", "fifth"});
}

TEST_CASE("a failing disk fails every waiter of the batch, and the next batch finds out for itself",
          "[store]") {
    for (const auto code : {errc::store_full, errc::store_io, errc::store_busy, errc::store_corrupt}) {
        INFO(to_string(code));
        fake_event_store store;
        answers to;
        group_writer writer{store, {}};
        CHECK(writer.healthy());
        occupy(store, writer, to);
        for (int i = 0; i < 5; ++i)
            REQUIRE(submit(writer, to, std::to_string(i)));
        store.on_append([&](auto batch) -> std::optional<failure> {
            if (batch.size() > 1) return failure{code, "as the script says"};
            return std::nullopt;
        });
        store.on_probe([&] { return std::optional<failure>{failure{code}}; });
        store.release();
        REQUIRE(wait_for_condition([&] { return to.given().size() == 6; }));
        CHECK(store.batches() == std::vector<std::size_t>{1, 5}); // not tried one by one
        CHECK(to.failed() == std::vector<std::string>{"0", "1", "2", "3", "4"});
        CHECK(to.given().back().second.error().code == code);
        CHECK(to.given().back().second.error().detail == "as the script says");
        CHECK_FALSE(writer.healthy());
        CHECK(writer.snapshot().failures == 5);
        CHECK(writer.snapshot().events == 1);

        REQUIRE(submit(writer, to, "after"));
        REQUIRE(wait_for_condition([&] { return to.given().size() == 7; }));
        CHECK(to.given().back().second.has_value());
        CHECK(writer.healthy());
    }
}

TEST_CASE("health comes back by itself when the disk does", "[store]") {
    fake_event_store store;
    answers to;
    std::atomic<bool> broken = true;
    const auto fault = [&](auto&&...) {
        return broken ? std::optional<failure>{failure{errc::store_io}} : std::nullopt;
    };
    store.on_append(fault);
    store.on_probe([&] { return fault(); });
    group_writer writer{store, {.probe_interval = 1ms}};
    REQUIRE(submit(writer, to, "1"));
    REQUIRE(wait_for_condition([&] { return store.probes() > 2; }));
    CHECK_FALSE(writer.healthy());
    broken = false;
    CHECK(wait_for_condition([&] { return writer.healthy(); }));
}

TEST_CASE("an event that cannot be kept fails alone", "[store]") {
    const bool throws = GENERATE(false, true);
    INFO((throws ? "by an exception" : "by a failure"));
    for (const int culprit : {0, 1, 6, 12}) {
        INFO("event " << culprit);
        fake_event_store store;
        answers to;
        group_writer writer{store, {}};
        occupy(store, writer, to);
        for (int i = 0; i < 13; ++i)
            REQUIRE(submit(writer, to, std::to_string(i)));
        store.on_append([&](std::span<const new_event> batch) -> std::optional<failure> {
            for (const auto& e : batch) {
                if (e.envelope.id != std::to_string(culprit)) continue;
                if (throws) throw std::runtime_error{"a secret of " + e.body};
                return failure{errc::argument_invalid};
            }
            return std::nullopt;
        });
        store.release();
        writer.stop();
        CHECK(to.failed() == std::vector<std::string>{std::to_string(culprit)});
        CHECK(store.kept_ids().size() == 13);
        CHECK(writer.healthy());
        CHECK(writer.snapshot().events == 13);
        CHECK(writer.snapshot().failures == 1);
        for (const auto& [id, r] : to.given()) {
            if (!r) CHECK(r.error().detail.find("secret") == std::string::npos);
        }
    }
}

TEST_CASE("a store that only throws is a failure for each waiter and not the end of the thread", "[store]") {
    fake_event_store store;
    answers to;
    store.on_append([](auto) -> std::optional<failure> { throw 1; });
    group_writer writer{store, {.probe_interval = 1h}};
    REQUIRE(submit(writer, to, "1"));
    REQUIRE(wait_for_condition([&] { return to.given().size() == 1; }));
    CHECK(to.given()[0].second.error().code == errc::store_io);
    CHECK_FALSE(writer.healthy());
    store.on_append({});
    REQUIRE(submit(writer, to, "2"));
    writer.stop();
    CHECK(store.kept_ids() == std::vector<std::string>{"2"});
    CHECK(writer.healthy());
}

TEST_CASE("a waiter that throws does not take the others' answers", "[store]") {
    fake_event_store store;
    answers to;
    group_writer writer{store, {}};
    const auto listening = store.subscribe([](auto&) { throw std::runtime_error{"also"}; });
    occupy(store, writer, to);
    REQUIRE(writer.submit(make_event("thrower"), [](auto) { throw std::runtime_error{"here"}; }));
    REQUIRE(submit(writer, to, "last"));
    REQUIRE(writer.submit_task([] { throw std::runtime_error{"there"}; }));
    store.release();
    writer.stop();
    CHECK(to.given().size() == 2);
    CHECK(store.kept_ids().size() == 3);
}

TEST_CASE("tasks run on the writer's thread between batches", "[store]") {
    fake_event_store store;
    answers to;
    group_writer writer{store, {}};
    std::thread::id thread_of_task;
    std::thread::id thread_of_answer;
    std::int64_t seen_by_task = 0;
    REQUIRE(writer.submit(make_event("1"), [&](auto) { thread_of_answer = std::this_thread::get_id(); }));
    REQUIRE(writer.submit_task([&, &s = store] {
        thread_of_task = std::this_thread::get_id();
        seen_by_task = s.statistics()->events;
    }));
    writer.stop();
    CHECK(seen_by_task == 1);
    CHECK(thread_of_task == thread_of_answer);
    CHECK(thread_of_task != std::this_thread::get_id());
}

TEST_CASE("stopping writes what waits and refuses the rest", "[store]") {
    fake_event_store store;
    answers to;
    std::atomic<bool> task_ran = false;
    group_writer writer{store, {.max_batch = 2}};
    occupy(store, writer, to);
    for (int i = 0; i < 5; ++i)
        REQUIRE(submit(writer, to, std::to_string(i)));
    REQUIRE(writer.submit_task([&] { task_ran = true; }));
    std::thread stopper{[&] { writer.stop(); }};
    // The stop is under way when the writer refuses; what it took before is on its way all the same.
    REQUIRE(wait_for_condition([&] { return !writer.submit_task([] {}); }));
    CHECK_FALSE(submit(writer, to, "late"));
    store.release();
    stopper.join();
    writer.stop();
    CHECK(to.given().size() == 6);
    CHECK(task_ran);
    CHECK(store.kept_ids().size() == 6);
}

TEST_CASE("many threads submit, and each event is answered exactly once", "[store]") {
    constexpr int threads = 4;
    constexpr int each = 500;
    fake_event_store store;
    std::atomic<int> accepted = 0;
    std::atomic<int> refused = 0;
    {
        group_writer writer{store, {.max_waiting = 64, .max_batch = 16}};
        std::vector<std::thread> submitters;
        for (int t = 0; t < threads; ++t) {
            submitters.emplace_back([&, t] {
                for (int i = 0; i < each; ++i) {
                    auto e = make_event(std::to_string(t) + "/" + std::to_string(i));
                    if (!writer.submit(std::move(e), [&](auto r) { accepted += r.has_value() ? 1 : 0; }))
                        ++refused;
                }
            });
        }
        for (auto& s : submitters)
            s.join();
    }
    CHECK(accepted + refused == threads * each);
    CHECK(store.kept_ids().size() == static_cast<std::size_t>(accepted));
}

TEST_CASE("batches that keep something are measured, repeats and failures are not", "[store]") {
    fake_event_store store;
    group_writer writer(store, {});
    answers to;
    occupy(store, writer, to);
    for (const auto* id : {"a", "b", "c"})
        REQUIRE(submit(writer, to, id));
    store.release();
    REQUIRE(wait_for_condition([&] { return to.given().size() == 4; }));
    REQUIRE(submit(writer, to, "a"));
    REQUIRE(wait_for_condition([&] { return to.given().size() == 5; }));
    store.on_append([](auto) { return failure{errc::store_full}; });
    REQUIRE(submit(writer, to, "d"));
    REQUIRE(wait_for_condition([&] { return to.given().size() == 6; }));
    writer.stop();

    const auto measured = writer.measured();
    CHECK(measured.sizes.sum == 4);
    CHECK(measured.sizes.counts.at(0) == 1); // the first one alone
    CHECK(measured.sizes.counts.at(2) == 1); // the three that waited: up to 4
    std::uint64_t commits = 0;
    for (const auto each : measured.commits.counts)
        commits += each;
    CHECK(commits == 2);
}

TEST_CASE("a store that is displaced is noticed without a batch, told, and trusted again when it is back",
          "[store]") {
    fake_event_store store;
    group_writer writer{store, {.probe_interval = 5ms}};
    CHECK_FALSE(writer.trouble());
    store.misplace(failure{errc::store_io, "events.db was removed"});
    REQUIRE(wait_for_condition([&] { return !writer.healthy(); }));
    REQUIRE(writer.trouble());
    CHECK(writer.trouble()->detail == "events.db was removed");
    store.misplace(std::nullopt);
    CHECK(wait_for_condition([&] { return writer.healthy(); }));
    CHECK_FALSE(writer.trouble());
}
