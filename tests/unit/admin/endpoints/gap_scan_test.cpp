#include <webhookd/store/open.hpp>

#include "admin/endpoints/gap_scan.hpp"
#include "support/store_events.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using admin::gap_page;
using admin::gap_question;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::January / 2 / 2026) + 12h;
const std::string lifecycle = "transaction.lifecycle.";

struct fixture {
    fixture()
        : kept(std::move(store::open(test::sqlite_url(directory / "events.db")).value())) {}

    store::new_event& add(const std::string& transaction, const std::string& type, timestamp at) {
        auto e = test::make_event("evt_" + std::to_string(++events));
        e.envelope.type = type;
        e.envelope.created = at;
        e.envelope.transaction_id = e.envelope.object_id = transaction;
        e.received = at;
        return batch.emplace_back(std::move(e));
    }
    /// From which it is known that such events are registered for.
    void add_whole_lives() {
        for (const std::string end : {"completed", "expired"})
            for (const auto& type : {std::string("created"), std::string("started"), end})
                add("tx_" + end, lifecycle + type, noon);
    }
    gap_page scan(gap_question q = {}, timestamp now = noon + 24h * 365) {
        if (!batch.empty()) REQUIRE(kept->append(batch).has_value());
        batch.clear();
        return admin::gap_scan(*kept, now).page(q).value();
    }

    test::temp_directory directory;
    std::unique_ptr<store::event_store> kept;
    std::vector<store::new_event> batch;
    int events = 0;
};

} // namespace

TEST_CASE("a page looks at a bounded number of events and says where it goes on", "[admin][gaps]") {
    fixture f;
    f.add("tx_whole", lifecycle + "created", noon);
    f.add("tx_whole", lifecycle + "started", noon);
    f.add("tx_hole", lifecycle + "created", noon + 1s);
    f.add("tx_hole", lifecycle + "completed", noon + 2s);
    for (int i = 0; i < 4500; ++i)
        f.add("tx_reminded" + std::to_string(i / 100), "action.reminder.sent", noon + 1min + i * 1s);
    gap_question q;
    const auto first = f.scan(q);
    CHECK(first.gaps.empty());
    REQUIRE(first.next);
    q.beyond = first.next;
    const auto second = f.scan(q);
    REQUIRE(second.gaps.size() == 1);
    CHECK(second.gaps[0].type == lifecycle + "started");
    CHECK(second.gaps[0].evidence.envelope.transaction_id == "tx_hole");
    CHECK(second.gaps[0].sent == noon + 2s);
    CHECK_FALSE(second.next);
}

TEST_CASE("what the body says of the transaction's age decides whether a gap is proven", "[admin][gaps]") {
    fixture f;
    f.add("tx_whole", lifecycle + "created", noon);
    f.add("tx_whole", lifecycle + "started", noon);
    f.add("tx_old", lifecycle + "completed", noon + 1h).body =
        R"({"payload":{"object":{"created_at":"2026-01-02T11:59:00Z"}}})";
    CHECK(f.scan().gaps.empty());
    f.add("tx_new", lifecycle + "completed", noon + 1h).body =
        R"({"payload":{"object":{"created_at":"2026-01-02T12:01:00Z"}}})";
    CHECK(f.scan().gaps.size() == 2);
    f.add("tx_untold", lifecycle + "completed", noon + 1h).body = "{}"; // then its oldest event counts
    CHECK(f.scan().gaps.size() == 4);
}

TEST_CASE("an end is missing where both a completion and an expiry would have come", "[admin][gaps]") {
    fixture f;
    f.add("tx_1", lifecycle + "created", noon);
    f.add("tx_1", lifecycle + "started", noon);
    f.add("tx_1", lifecycle + "completed", noon);
    const std::string hour = R"({"payload":{"object":{"duration":60}}})";
    f.add("tx_open", lifecycle + "created", noon + 1min).body = hour;
    f.add("tx_open", lifecycle + "started", noon + 2min).body = hour;
    CHECK(f.scan().gaps.empty());
    f.add("tx_2", lifecycle + "created", noon);
    f.add("tx_2", lifecycle + "started", noon);
    f.add("tx_2", lifecycle + "expired", noon);
    const auto page = f.scan();
    REQUIRE(page.gaps.size() == 1);
    CHECK(page.gaps[0].type == lifecycle + "expired");
    CHECK(page.gaps[0].sent == noon + 62min);
    CHECK(f.scan({}, noon + 61min).gaps.empty());
}

TEST_CASE("where nothing tells its duration, a transaction must have ended after half a year",
          "[admin][gaps]") {
    fixture f;
    f.add_whole_lives();
    f.add("tx_open", lifecycle + "created", noon + 1min).body = "{}";
    f.add("tx_open", lifecycle + "started", noon + 2min).body = "{}";
    CHECK(f.scan({}, noon + 24h * 180).gaps.empty());
    const auto page = f.scan({}, noon + 24h * 180 + 3min);
    REQUIRE(page.gaps.size() == 1);
    CHECK(page.gaps[0].type == lifecycle + "expired");
    CHECK(page.gaps[0].sent == noon + 2min + 24h * 180);
}

TEST_CASE("a transaction that is started again after a pause has until its duration is over once more",
          "[admin][gaps]") {
    fixture f;
    f.add_whole_lives();
    const std::string hour = R"({"payload":{"object":{"duration":60}}})";
    f.add("tx_1", lifecycle + "created", noon + 1min).body = hour;
    f.add("tx_1", lifecycle + "started", noon + 2min).body = hour;
    f.add("tx_1", lifecycle + "paused", noon + 30min).body = hour;
    CHECK(f.scan().gaps.empty());
    f.add("tx_1", lifecycle + "started", noon + 24h).body = hour;
    CHECK(f.scan({}, noon + 25h).gaps.empty());
    const auto page = f.scan();
    REQUIRE(page.gaps.size() == 1);
    CHECK(page.gaps[0].sent == noon + 25h);
    CHECK(page.gaps[0].evidence.envelope.created == noon + 24h);
}

TEST_CASE("two endpoints that get the same transaction have a timeline each", "[admin][gaps]") {
    fixture f;
    for (const std::string endpoint : {"a", "b"}) {
        f.add("tx_whole", lifecycle + "created", noon).endpoint = endpoint;
        f.add("tx_whole", lifecycle + "started", noon).endpoint = endpoint;
        f.add("tx_1", lifecycle + "created", noon + 1min).endpoint = endpoint;
        f.add("tx_1", lifecycle + "completed", noon + 1h).endpoint = endpoint;
    }
    f.add("tx_1", lifecycle + "started", noon + 2min).endpoint = "a";
    const auto page = f.scan();
    REQUIRE(page.gaps.size() == 1);
    CHECK(page.gaps[0].evidence.endpoint == "b");
    gap_question q;
    q.endpoint = "a";
    CHECK(f.scan(q).gaps.empty());
    q.endpoint = "b";
    CHECK(f.scan(q).gaps.size() == 1);
    q.grace = 24h;
    CHECK(f.scan(q, noon + 2h).gaps.empty());
}
