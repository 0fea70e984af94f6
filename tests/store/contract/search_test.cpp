#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;
using store::event_filter;

namespace {

struct fixture : contract_fixture {
    store::new_event& add(const std::string& id, timestamp at) {
        auto e = make_event(id);
        e.envelope.created = at;
        e.received = at + 1s;
        return batch.emplace_back(std::move(e));
    }
    /// What was added, in one batch.
    void keep_all() {
        REQUIRE(kept->append(batch));
        batch.clear();
    }
    std::vector<std::string> ids(const event_filter& filter, std::size_t limit = 1000,
                                 std::optional<store::event_position> beyond = {}) {
        std::vector<std::string> all;
        for (const auto& e : kept->search({.filter = filter, .beyond = beyond, .limit = limit}).value())
            all.push_back(e.envelope.id);
        return all;
    }

    std::vector<store::new_event> batch;
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("events come newest first by when they happened, not by when they arrived", "[store]") {
    fixture f;
    f.add("evt_late", noon);
    f.add("evt_early", noon - 1h);
    f.add("evt_middle", noon - 30min);
    f.add("evt_untold", noon).envelope.created.reset(); // counts from its arrival, a second later
    f.keep_all();
    CHECK(f.ids({}) == names{"evt_untold", "evt_late", "evt_middle", "evt_early"});
    CHECK(f.ids({}, 2) == names{"evt_untold", "evt_late"});
    CHECK(f.ids({}, 0).empty());
}

TEST_CASE("a period excludes its ends", "[store]") {
    fixture f;
    for (int i = 0; i < 5; ++i)
        f.add("evt_" + std::to_string(i), noon + i * 1min);
    f.keep_all();
    CHECK(f.ids({.before = noon + 2min}) == names{"evt_1", "evt_0"});
    CHECK(f.ids({.after = noon + 2min}) == names{"evt_4", "evt_3"});
    CHECK(f.ids({.after = noon, .before = noon + 3min}) == names{"evt_2", "evt_1"});
    CHECK(f.ids({.after = noon + 1h}).empty());
}

TEST_CASE("each filter finds what it names, alone and beside the others", "[store]") {
    fixture f;
    auto& one = f.add("evt_1", noon + 1s);
    one.envelope.type = "transaction.lifecycle.completed";
    one.envelope.api_key = "apikey_a";
    one.envelope.transaction_id = "tx_1";
    auto& two = f.add("evt_2", noon + 2s);
    two.envelope.type = "action.opened";
    two.envelope.api_key = "apikey_b";
    two.envelope.transaction_id = "tx_1";
    auto& three = f.add("evt_3", noon + 3s);
    three.envelope.type = "apikey.created";
    three.envelope.api_key = "apikey_a";
    three.endpoint = "alpha";
    f.keep_all();

    CHECK(f.ids({.types = names{"action.opened"}}) == names{"evt_2"});
    CHECK(f.ids({.types = names{"apikey.created", "transaction.lifecycle.completed", "never.seen"}}) ==
          names{"evt_3", "evt_1"});
    CHECK(f.ids({.types = names{"never.seen"}}).empty());
    CHECK(f.ids({.types = names{}}).empty());
    CHECK(f.ids({.endpoint = "alpha"}) == names{"evt_3"});
    CHECK(f.ids({.endpoint = "nowhere"}).empty());
    CHECK(f.ids({.api_key = "apikey_a"}) == names{"evt_3", "evt_1"});
    CHECK(f.ids({.api_key = "apikey_z"}).empty());
    CHECK(f.ids({.transaction_id = "tx_1"}) == names{"evt_2", "evt_1"});
    CHECK(f.ids({.event_id = "evt_3"}) == names{"evt_3"});

    CHECK(f.ids({.types = names{"action.opened", "apikey.created"}, .api_key = "apikey_a"}) ==
          names{"evt_3"});
    CHECK(f.ids({.endpoint = "alpha", .api_key = "apikey_a"}) == names{"evt_3"});
    CHECK(f.ids({.types = names{"action.opened"}, .transaction_id = "tx_1"}) == names{"evt_2"});
    CHECK(f.ids({.api_key = "apikey_b", .transaction_id = "tx_1"}) == names{"evt_2"});
    CHECK(f.ids({.endpoint = "alpha", .transaction_id = "tx_1"}).empty());
    CHECK(f.ids({.before = noon + 2s, .api_key = "apikey_a"}) == names{"evt_1"});
    CHECK(f.ids({.endpoint = "alpha", .event_id = "evt_1"}).empty());
}

TEST_CASE("a text is found in ids and in metadata, and its wildcards mean themselves", "[store]") {
    fixture f;
    auto& one = f.add("evt_1", noon + 1s);
    one.metadata = R"({"order":"A-17","discount":"50%"})";
    one.envelope.transaction_id = "tx_Red";
    auto& two = f.add("evt_2", noon + 2s);
    two.envelope.trace_id = "trace_red";
    two.envelope.api_key = "apikey_blue";
    f.keep_all();
    CHECK(f.ids({.text = "RED"}) == names{"evt_2", "evt_1"});
    CHECK(f.ids({.text = "a-17"}) == names{"evt_1"});
    CHECK(f.ids({.text = "blue"}) == names{"evt_2"});
    CHECK(f.ids({.text = "50%"}) == names{"evt_1"});
    CHECK(f.ids({.text = "5%"}).empty());
    CHECK(f.ids({.text = "evt__"}).empty());
    CHECK(f.ids({.text = "\\"}).empty());
    CHECK(f.ids({.text = "evt_"}) == names{"evt_2", "evt_1"});
    CHECK(f.ids({.text = "'; DROP TABLE events; --"}).empty());
}

TEST_CASE("pages meet without a gap or a repeat, whatever arrives between them", "[store]") {
    fixture f;
    for (int i = 0; i < 100; ++i) {
        auto& e = f.add("evt_" + std::to_string(i), noon + (i / 10) * 1s); // ten of each instant
        e.envelope.type = i % 3 == 0 ? "action.opened" : "action.closed";
        e.endpoint = i % 2 == 0 ? "production" : "alpha";
    }
    f.keep_all();
    const auto filter =
        GENERATE(event_filter{}, event_filter{.types = names{"action.opened", "action.closed"}});
    std::set<std::string> seen;
    std::optional<store::event_position> beyond;
    for (int page = 0;; ++page) {
        const auto found = f.kept->search({.filter = filter, .beyond = beyond, .limit = 7}).value();
        if (found.empty()) break;
        for (const auto& e : found) {
            const auto here = store::position_of(e);
            CHECK((!beyond || here < *beyond));
            beyond = here;
            CHECK(seen.insert(e.envelope.id).second);
        }
        f.add("evt_new_" + std::to_string(page), noon + 1h); // newer than every page
        f.keep_all();
    }
    CHECK(seen.size() == 100);
}

TEST_CASE("a search that takes too long is ended", "[store]") {
    fixture f;
    for (int i = 0; i < 5000; ++i)
        f.add("evt_" + std::to_string(i), noon);
    f.keep_all();
    const auto ended = f.kept->search({.filter = {.text = "nothing like that"}, .timeout = 0ms});
    REQUIRE(ended.has_error());
    CHECK(ended.error().code == errc::query_timeout);
    CHECK(f.ids({.text = "evt_4999"}) == names{"evt_4999"});
}

TEST_CASE("with their bodies events come back whole", "[store]") {
    fixture f;
    f.add("evt_1", noon).envelope.api_key = "apikey_a";
    f.keep_all();
    const auto found = f.kept->search({.limit = 1, .of = store::projection::full}).value();
    REQUIRE(found.size() == 1);
    CHECK_FALSE(found[0].body.empty());
    CHECK(found[0].envelope.api_key == "apikey_a");
    CHECK(f.kept->search({.limit = 1}).value().at(0).body.empty());
}

TEST_CASE("types are counted as they arrive, and repeats are not", "[store]") {
    fixture f;
    f.add("evt_1", noon).envelope.type = "action.opened";
    f.add("evt_2", noon).envelope.type = "action.opened";
    f.add("evt_2", noon).envelope.type = "action.opened";
    f.add("evt_3", noon).envelope.type = "brand.new";
    f.keep_all();
    const auto types = f.kept->event_types().value();
    REQUIRE(types.size() == 2);
    CHECK(types[0].name == "action.opened");
    CHECK(types[0].events == 2);
    CHECK(types[1].name == "brand.new");
    CHECK(types[1].events == 1);
}

TEST_CASE("consumption adds completed transactions up, each once", "[store]") {
    fixture f;
    const auto complete = [&](const std::string& id, const std::string& transaction, timestamp at) -> auto& {
        auto& e = f.add(id, at);
        e.envelope.transaction_id = transaction;
        e.consumption = event::consumption{1, 2, 3, {4, 5, 6, 7, 8}};
        return e;
    };
    complete("evt_1", "tx_1", noon);
    complete("evt_2", "tx_2", noon + 1h);
    complete("evt_3", "tx_2", noon + 2h); // told again
    complete("evt_4", "tx_2", noon + 3h).endpoint = "alpha";
    complete("evt_5", "", noon + 4h);
    f.add("evt_6", noon);
    f.keep_all();
    CHECK(f.kept->consumed({}).value() == event::consumption{4, 8, 12, {16, 20, 24, 28, 32}});
    CHECK(f.kept->consumed({.endpoint = "alpha"}).value() == event::consumption{1, 2, 3, {4, 5, 6, 7, 8}});
    CHECK(f.kept->consumed({.after = noon, .before = noon + 2h}).value() ==
          event::consumption{1, 2, 3, {4, 5, 6, 7, 8}});
    CHECK(f.kept->consumed({.after = noon + 24h}).value() == event::consumption{});
    CHECK(f.kept->consumed({.endpoint = "nowhere"}).value().total() == 0);
}

TEST_CASE("the order can be turned round, and pages then go the other way", "[store]") {
    fixture f;
    for (int i = 0; i < 5; ++i)
        f.add("evt_" + std::to_string(i), noon + i / 2 * 1min); // two at a time share their instant
    f.keep_all();
    std::vector<std::string> seen;
    std::optional<store::event_position> beyond;
    for (;;) {
        const auto page = f.kept->search({.beyond = beyond, .oldest_first = true, .limit = 2}).value();
        if (page.empty()) break;
        for (const auto& e : page)
            seen.push_back(e.envelope.id);
        beyond = position_of(page.back());
    }
    CHECK(seen == names{"evt_0", "evt_1", "evt_2", "evt_3", "evt_4"});
}

TEST_CASE("events are counted by the filters that find them", "[store]") {
    fixture f;
    f.add("evt_1", noon).envelope.type = "action.opened";
    f.add("evt_2", noon + 1min).envelope.type = "action.closed";
    f.add("evt_3", noon + 2min).envelope.type = "action.closed";
    f.keep_all();
    const std::vector<event_filter> filters{{},
                                            {.after = noon},
                                            {.before = noon},
                                            {.types = names{"action.closed"}},
                                            {.types = names{"action.closed", "action.opened"}},
                                            {.types = names{"none.such"}},
                                            {.endpoint = "nowhere"},
                                            {.event_id = "evt_2"},
                                            {.text = "vt_"},
                                            {.after = noon + 1min, .types = names{"action.closed"}}};
    for (const auto& filter : filters)
        CHECK(f.kept->count(filter).value() == static_cast<std::int64_t>(f.ids(filter).size()));
    CHECK(f.kept->count({}).value() == 3);
    CHECK(f.kept->last_offset() == 3);
}

TEST_CASE("events are found by their object's state and by why it stalls", "[store]") {
    fixture f;
    f.add("evt_1", noon + 1s).envelope.state = "completed";
    auto& stalled = f.add("evt_2", noon + 2s);
    stalled.envelope.state = "stalled";
    stalled.envelope.stalled_reason = "signature_refusal";
    f.add("evt_3", noon + 3s).envelope.state = "stalled";
    f.keep_all();
    CHECK(f.ids({.state = "stalled"}) == names{"evt_3", "evt_2"});
    CHECK(f.ids({.state = "stall"}).empty());
    CHECK(f.ids({.stalled_reason = "signature_refusal"}) == names{"evt_2"});
    CHECK(f.ids({.before = noon + 3s, .state = "stalled"}) == names{"evt_2"});
    CHECK(f.ids({.text = "evt_2", .state = "stalled", .stalled_reason = "signature_refusal"}) ==
          names{"evt_2"});
    CHECK(f.kept->count({.state = "stalled"}).value() == 2);
}

TEST_CASE("events are found by what their deliveries have come to", "[store]") {
    fixture f;
    f.keep("evt_1", "tx_1", {crm, audit}, noon + 1s);
    f.keep("evt_2", "tx_2", {crm}, noon + 2s);
    f.keep("evt_3", "tx_3", {}, noon + 3s);
    f.keep("evt_4", "tx_4", {audit}, noon + 4s);
    f.finish(1, store::delivery_state::failed);
    f.finish(2, store::delivery_state::successful);
    f.finish(3, store::delivery_state::failed);
    REQUIRE(f.kept->discard({.id = 3}, {noon, "ops", "no use"}, 1));
    using enum store::delivery_outcome;
    CHECK(f.ids({.outcome = failed}) == names{"evt_1"});
    CHECK(f.ids({.outcome = successful}) == names{"evt_1"});
    CHECK(f.ids({.outcome = discarded}) == names{"evt_2"});
    CHECK(f.ids({.outcome = pending}) == names{"evt_4"});
    CHECK(f.ids({.outcome = none}) == names{"evt_3"});
    CHECK(f.ids({.transaction_id = "tx_1", .outcome = failed}) == names{"evt_1"});
    CHECK(f.ids({.transaction_id = "tx_2", .outcome = failed}).empty());
    CHECK(f.ids({.endpoint = "nowhere", .outcome = failed}).empty());
    CHECK(f.ids({.after = noon + 1s, .outcome = failed}).empty());
    for (const auto outcome : {none, pending, successful, failed, discarded})
        CHECK(f.kept->count({.outcome = outcome}).value() == 1);
}
