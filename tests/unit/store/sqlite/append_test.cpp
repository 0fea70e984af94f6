#include <webhookd/store/sqlite.hpp>

#include "support/fault_vfs.hpp"
#include "support/store_events.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

namespace {

std::unique_ptr<event_store> open(const temp_directory& dir, const std::string& vfs = {}) {
    auto opened = open_sqlite_store({.file = dir / "events.db", .vfs = vfs});
    if (!opened) FAIL(to_string(opened.error()));
    return std::move(*opened);
}

append_outcome keep(event_store& kept, const new_event& e) {
    auto outcomes = kept.append({&e, 1});
    if (!outcomes) FAIL(to_string(outcomes.error()));
    return outcomes->at(0);
}

} // namespace

TEST_CASE("an event comes back byte for byte, whatever its bytes, also after a reopen", "[store]") {
    using namespace std::string_literals;
    struct hostile {
        const char* name;
        void (*change)(new_event&);
    };
    const hostile hostiles[] = {
        {"as it comes", [](new_event&) {}},
        {"an empty body", [](new_event& e) { e.body.clear(); }},
        {"NUL bytes", [](new_event& e) { e.body = "a\0b\0"s; }},
        {"all bytes there are",
         [](new_event& e) {
             e.body.clear();
             for (int i = 0; i < 256; ++i)
                 e.body += static_cast<char>(i);
         }},
        {"invalid UTF-8",
         [](new_event& e) {
             e.body = e.envelope.user_id = e.envelope.state = e.signature = "\xff\xfe\xc0\x80\xed\xa0\x80"s;
         }},
        {"NUL in a text", [](new_event& e) { e.envelope.trace_id = "a\0b"s; }},
        {"quotes and SQL",
         [](new_event& e) { e.envelope.api_key = e.body = "'; DROP TABLE events; --\"%_?1"; }},
        {"long ids",
         [](new_event& e) {
             e.envelope.id += std::string(250, 'x');
             e.envelope.type = std::string(255, 't');
         }},
        {"10 MiB",
         [](new_event& e) {
             e.body.resize(10 * 1024 * 1024);
             for (std::size_t i = 0; i < e.body.size(); ++i)
                 e.body[i] = static_cast<char>(i * 2654435761U >> 13);
         }},
        {"nothing optional",
         [](new_event& e) {
             event::envelope bare;
             bare.id = e.envelope.id;
             bare.type = e.envelope.type;
             e.envelope = bare;
             e.signature.clear();
             e.source.clear();
         }},
        {"long before 1970",
         [](new_event& e) { e.envelope.created = timestamp{std::chrono::microseconds{-1}}; }},
    };
    const temp_directory dir;
    std::vector<new_event> given;
    for (const auto& h : hostiles) {
        auto e = make_event("evt_" + std::to_string(given.size()));
        h.change(e);
        given.push_back(std::move(e));
    }
    auto kept = open(dir);
    REQUIRE(kept->append(given).has_value());

    for (const bool reopened : {false, true}) {
        if (reopened) {
            kept.reset();
            kept = open(dir);
        }
        const auto read = kept->read_after(0, 100, SIZE_MAX);
        REQUIRE(read.has_value());
        REQUIRE(read->size() == given.size());
        for (std::size_t i = 0; i < given.size(); ++i) {
            INFO(hostiles[i].name);
            CHECK(difference(given[i], read->at(i)) == "");
            const auto found = kept->find("production", given[i].envelope.id);
            REQUIRE(found.has_value());
            CHECK(found->seq == read->at(i).seq);
            CHECK(difference(given[i], *found) == "");
        }
    }
}

TEST_CASE("an event is known by its endpoint and its id together", "[store]") {
    const temp_directory dir;
    const auto kept = open(dir);
    auto e = make_event("evt_1");
    const auto production = keep(*kept, e);
    e.endpoint = "alpha";
    const auto alpha = keep(*kept, e);
    CHECK(alpha.status == append_status::accepted);
    CHECK(alpha.seq != production.seq);
    CHECK(keep(*kept, e).seq == alpha.seq);
    CHECK(kept->find("production", "evt_1")->seq == production.seq);
    CHECK(kept->find("alpha", "evt_1")->seq == alpha.seq);
    CHECK(kept->find("beta", "evt_1").error().code == errc::store_not_found);
    CHECK(kept->find("alpha", "evt_2").error().code == errc::store_not_found);
}

TEST_CASE("a duplicate is told with the place of the event kept, and changes nothing", "[store]") {
    const temp_directory dir;
    const auto kept = open(dir);
    const auto first = make_event("evt_1");
    auto again = first;
    again.body = "something else";
    again.envelope.type = "action.opened";

    const std::vector<new_event> batch{first, make_event("evt_2"), again};
    const auto outcomes = kept->append(batch);
    REQUIRE(outcomes.has_value());
    REQUIRE(outcomes->size() == 3);
    CHECK(outcomes->at(0).status == append_status::accepted);
    CHECK(outcomes->at(1).status == append_status::accepted);
    CHECK(outcomes->at(2).status == append_status::duplicate);
    CHECK(outcomes->at(2).seq == outcomes->at(0).seq);

    const auto later = keep(*kept, again);
    CHECK(later.status == append_status::duplicate);
    CHECK(later.seq == outcomes->at(0).seq);
    CHECK(difference(first, *kept->find("production", "evt_1")) == "");
    CHECK(kept->statistics()->events == 2);
}

TEST_CASE("a batch costs one sync, and a batch of duplicates neither a sync nor a write", "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    const auto kept = open(dir, disk.name());
    keep(*kept, make_event("evt_0")); // the first one also starts the journal

    const auto batch = make_events("evt_", 200);
    const auto before = disk.calls_on("events.db-wal");
    REQUIRE(kept->append(batch).has_value());
    const auto after = disk.calls_on("events.db-wal");
    CHECK(after.syncs - before.syncs == 1);
    CHECK(after.writes > before.writes);

    auto again = batch;
    again[7].envelope.type = "never.seen.before"; // a duplicate does not even leave a name
    const auto outcomes = kept->append(again);
    REQUIRE(outcomes.has_value());
    for (const auto& outcome : *outcomes)
        CHECK(outcome.status == append_status::duplicate);
    CHECK(disk.calls_on("events.db-wal").syncs == after.syncs);
    CHECK(disk.calls_on("events.db-wal").writes == after.writes);
}

TEST_CASE("sequence numbers start at 1, grow, and go on growing after a reopen", "[store]") {
    const temp_directory dir;
    auto kept = open(dir);
    CHECK(keep(*kept, make_event("evt_1")).seq == 1);
    CHECK(keep(*kept, make_event("evt_1")).seq == 1);
    const auto second = keep(*kept, make_event("evt_2")).seq;
    CHECK(second > 1);
    kept.reset();
    kept = open(dir);
    CHECK(keep(*kept, make_event("evt_3")).seq > second);
    CHECK(keep(*kept, make_event("evt_2")).seq == second);
}

TEST_CASE("an empty batch is none", "[store]") {
    const temp_directory dir;
    const auto outcomes = open(dir)->append({});
    REQUIRE(outcomes.has_value());
    CHECK(outcomes->empty());
}

TEST_CASE("statistics tell the events kept and the bytes on disk", "[store]") {
    const temp_directory dir;
    const auto kept = open(dir);
    CHECK(kept->statistics()->events == 0);
    auto batch = make_events("evt_", 3);
    batch[0].body.assign(1'000'000, 'x');
    REQUIRE(kept->append(batch).has_value());
    CHECK(kept->statistics()->events == 3);
    CHECK(kept->statistics()->bytes > 1'000'000);
}
