#include <webhookd/delivery/dispatcher.hpp>
#include <webhookd/store/sqlite.hpp>

#include "support/store_events.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

/// What the handlers of a test were given, in order; shared with the test.
struct record {
    std::mutex mutex;
    std::vector<std::string> ids;
    std::atomic<int> failures_left{0};
    std::atomic<int> throws_left{0};

    std::vector<std::string> seen() {
        const std::lock_guard lock(mutex);
        return ids;
    }
};

class recording_handler final : public handler::handler {
public:
    explicit recording_handler(std::shared_ptr<record> r)
        : record_(std::move(r)) {}

    void start(std::shared_ptr<const webhookd::handler::delivery> d, completion done) override {
        if (record_->failures_left > 0 && record_->failures_left-- > 0)
            return done({webhookd::handler::verdict::retry, 0, "full", {}, {}});
        if (record_->throws_left > 0 && record_->throws_left-- > 0) throw std::runtime_error("a bug");
        const std::lock_guard lock(record_->mutex);
        record_->ids.push_back(d->event.envelope.id);
        done({});
    }

private:
    std::shared_ptr<record> record_;
};

struct fixture {
    explicit fixture(const std::string& pattern = "*")
        : kept(std::move(store::open_sqlite_store({.file = directory / "events.db"}).value()))
        , pattern_(pattern) {
        open();
    }

    void open() {
        writer = std::make_unique<store::group_writer>(*kept, store::group_writer::options{},
                                                       [this] { dispatcher->wake(); });
        delivery::dispatcher::handler_map handlers;
        handlers.emplace("record", std::make_unique<recording_handler>(seen));
        routing::route route{"all", routing::pattern_list::parse({pattern_}).value(), "", {"record"}, false};
        dispatcher = std::make_unique<delivery::dispatcher>(*kept, *writer, routing::routing_table({route}),
                                                            std::move(handlers));
        dispatcher->start();
    }

    void close() {
        dispatcher->stop();
        writer->stop();
    }

    void add(const std::string& prefix, std::size_t count, std::size_t first = 0) {
        for (auto& e : test::make_events(prefix, count, first)) {
            expected.push_back(e.envelope.id);
            REQUIRE(writer->submit(std::move(e), [](const auto&) {}));
        }
    }

    bool all_seen() {
        return test::wait_for_condition([&] { return seen->seen().size() >= expected.size(); });
    }

    ~fixture() { close(); }

    test::temp_directory directory;
    std::unique_ptr<store::event_store> kept;
    std::unique_ptr<store::group_writer> writer;
    std::unique_ptr<delivery::dispatcher> dispatcher;
    std::shared_ptr<record> seen = std::make_shared<record>();
    std::vector<std::string> expected;

private:
    std::string pattern_;
};

} // namespace

TEST_CASE("every kept event is handed over, in the order of arrival", "[delivery]") {
    fixture f;
    f.add("evt_", 600);
    REQUIRE(f.all_seen());
    CHECK(f.seen->seen() == f.expected);
}

TEST_CASE("after a stop the walk goes on where it was, and repeats nothing", "[delivery]") {
    fixture f;
    f.add("evt_", 10);
    REQUIRE(f.all_seen());
    f.close();
    f.open();
    f.add("evt_", 10, 10);
    REQUIRE(f.all_seen());
    CHECK(f.seen->seen() == f.expected);
}

TEST_CASE("a handler that fails or throws is tried again, and nothing is passed over", "[delivery]") {
    fixture f;
    f.seen->failures_left = 1;
    f.seen->throws_left = 1;
    f.add("evt_", 3);
    REQUIRE(f.all_seen());
    CHECK(f.seen->seen() == f.expected);
}

TEST_CASE("events that no route wants are passed over", "[delivery]") {
    fixture f("no.such.type");
    f.add("evt_", 5);
    CHECK(test::wait_for_condition([&] { return f.dispatcher->position() == 5; }));
    CHECK(f.seen->seen().empty());
}

TEST_CASE("a stop does not wait for a handler that keeps failing", "[delivery]") {
    fixture f;
    f.seen->failures_left = 1'000'000;
    f.add("evt_", 1);
    CHECK(test::wait_for_condition([&] { return f.seen->failures_left < 1'000'000; }));
    f.close();
    CHECK(f.seen->seen().empty());
    f.seen->failures_left = 0;
    f.open();
    REQUIRE(f.all_seen());
    CHECK(f.seen->seen() == f.expected);
}
