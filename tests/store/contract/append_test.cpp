#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

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
    std::vector<new_event> given;
    for (const auto& h : hostiles) {
        auto e = make_event("evt_" + std::to_string(given.size()));
        h.change(e);
        given.push_back(std::move(e));
    }
    contract_fixture f;
    REQUIRE(f.kept->append(given).has_value());

    for (const bool reopened : {false, true}) {
        if (reopened) f.reopen();
        const auto read = f.kept->read_after(0, 100, SIZE_MAX);
        REQUIRE(read.has_value());
        REQUIRE(read->size() == given.size());
        for (std::size_t i = 0; i < given.size(); ++i) {
            INFO(hostiles[i].name);
            CHECK(difference(given[i], read->at(i)) == "");
            const auto found = f.kept->find("production", given[i].envelope.id);
            REQUIRE(found.has_value());
            CHECK(found->offset == read->at(i).offset);
            CHECK(difference(given[i], *found) == "");
        }
    }
}

TEST_CASE("an event is known by its endpoint and its id together", "[store]") {
    contract_fixture f;
    auto e = make_event("evt_1");
    const auto production = f.keep(e);
    e.endpoint = "alpha";
    const auto alpha = f.keep(e);
    CHECK(alpha.status == append_status::accepted);
    CHECK(alpha.offset != production.offset);
    CHECK(f.keep(e).offset == alpha.offset);
    CHECK(f.find("evt_1").offset == production.offset);
    CHECK(f.kept->find("alpha", "evt_1")->offset == alpha.offset);
    CHECK(f.kept->find("beta", "evt_1").error().code == errc::store_not_found);
    CHECK(f.kept->find("alpha", "evt_2").error().code == errc::store_not_found);
}

TEST_CASE("a duplicate is told with the place of the event kept, and changes nothing", "[store]") {
    contract_fixture f;
    const auto first = make_event("evt_1");
    auto again = first;
    again.body = "something else";
    again.envelope.type = "action.opened";

    const std::vector<new_event> batch{first, make_event("evt_2"), again};
    const auto outcomes = f.kept->append(batch);
    REQUIRE(outcomes.has_value());
    REQUIRE(outcomes->size() == 3);
    CHECK(outcomes->at(0).status == append_status::accepted);
    CHECK(outcomes->at(1).status == append_status::accepted);
    CHECK(outcomes->at(2).status == append_status::duplicate);
    CHECK(outcomes->at(2).offset == outcomes->at(0).offset);

    const auto later = f.keep(again);
    CHECK(later.status == append_status::duplicate);
    CHECK(later.offset == outcomes->at(0).offset);
    CHECK(difference(first, f.find("evt_1")) == "");
    CHECK(f.kept->statistics()->events == 2);
}

TEST_CASE("offsets start at 1, grow, and go on growing after a reopen", "[store]") {
    contract_fixture f;
    CHECK(f.keep(make_event("evt_1")).offset == 1);
    CHECK(f.keep(make_event("evt_1")).offset == 1);
    const auto second = f.keep(make_event("evt_2")).offset;
    CHECK(second > 1);
    f.reopen();
    CHECK(f.keep(make_event("evt_3")).offset > second);
    CHECK(f.keep(make_event("evt_2")).offset == second);
}

TEST_CASE("an empty batch is none", "[store]") {
    contract_fixture f;
    const auto outcomes = f.kept->append({});
    REQUIRE(outcomes.has_value());
    CHECK(outcomes->empty());
}

TEST_CASE("statistics tell the events kept and the bytes on disk", "[store]") {
    contract_fixture f;
    CHECK(f.kept->statistics()->events == 0);
    auto batch = make_events("evt_", 3);
    batch[0].body.assign(1'000'000, 'x');
    REQUIRE(f.kept->append(batch).has_value());
    CHECK(f.kept->statistics()->events == 3);
    CHECK(f.kept->statistics()->bytes > 1'000'000);
}
