#include "support/store_fixture.hpp"

#include <webhookd/store/sqlite.hpp>

#include "support/manual_clock.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

namespace webhookd::test {

using namespace std::chrono_literals;
using store::delivery_state;

store_location sqlite_at(std::filesystem::path file, std::string vfs) {
    auto clock = std::make_shared<manual_clock>(noon);
    const store::sqlite_options options{.file = std::move(file), .vfs = std::move(vfs), .clock = clock.get()};
    return {[options, clock] { return store::open_sqlite_store(options); },
            [clock](std::chrono::microseconds by) { clock->advance(by); }};
}

store_fixture::store_fixture(store_location location)
    : location_(std::move(location)) {
    reopen();
}

void store_fixture::reopen() {
    kept.reset();
    claims_.clear();
    auto opened = location_.open();
    if (!opened) FAIL(to_string(opened.error()));
    kept = std::move(*opened);
}

store::append_outcome store_fixture::keep(const store::new_event& e) {
    const auto outcomes = kept->append({&e, 1});
    kept->announce();
    REQUIRE(outcomes);
    return outcomes->at(0);
}

store::append_outcome store_fixture::keep(const std::string& id, const std::string& transaction,
                                          std::vector<store::planned_delivery> planned, timestamp received) {
    auto e = make_event(id);
    e.envelope.transaction_id = transaction;
    e.received = received;
    e.deliveries = std::move(planned);
    return keep(e);
}

store::stored_event store_fixture::find(const std::string& id) {
    auto found = kept->find("production", id);
    REQUIRE(found);
    return std::move(*found);
}

bool store_fixture::is_due(store::delivery_id id, std::chrono::microseconds after_noon) {
    const auto due = record(id).due;
    return due && about(*due - noon, after_noon);
}

store::claim_answer store_fixture::claim(const std::string& handler, std::size_t limit,
                                         std::chrono::milliseconds lease) {
    auto answer = kept->claim({.handler = handler, .lease = lease, .limit = limit});
    REQUIRE(answer);
    for (const auto& each : answer->deliveries)
        claims_[each.claim.id] = each.claim;
    return std::move(*answer);
}

std::vector<std::string> store_fixture::claimed_ids(const std::string& handler) {
    std::vector<std::string> ids;
    for (const auto& each : claim(handler).deliveries)
        ids.push_back(each.event.envelope.id);
    return ids;
}

store::claim store_fixture::claim_of(store::delivery_id id) {
    const auto found = claims_.find(id);
    REQUIRE(found != claims_.end());
    return found->second;
}

void store_fixture::finish(store::delivery_id id, delivery_state state, std::chrono::milliseconds delay,
                           const std::string& output) {
    if (!claims_.contains(id)) {
        std::vector<store::claim> others;
        for (const auto& each : claim(record(id).handler, 1000).deliveries)
            if (each.claim.id != id) others.push_back(each.claim);
        kept->release(others);
        for (const auto& each : others)
            claims_.erase(each.id);
    }
    const bool good = state == delivery_state::successful;
    const store::finished_delivery f{
        claim_of(id), state, delay, {noon, 0ms, good ? 200 : 500, good ? "" : "no", output}};
    const auto fenced = kept->finish({&f, 1});
    REQUIRE(fenced);
    REQUIRE(fenced->empty());
    claims_.erase(id);
}

void store_fixture::finish_next(const std::string& handler, delivery_state state, const std::string& output) {
    const auto claimed = claim(handler, 1).deliveries;
    REQUIRE(claimed.size() == 1);
    finish(claimed[0].claim.id, state, 0ms, output);
}

store::delivery_record store_fixture::record(store::delivery_id id) {
    const auto found = kept->deliveries({.id = id}, std::nullopt, 10);
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    return found->front();
}

store::erase_outcome store_fixture::erase(const std::vector<store::event_offset>& events,
                                          std::size_t max_bytes) {
    const auto done = kept->erase(events, tombstone, "the transaction was erased", max_bytes);
    REQUIRE(done);
    return *done;
}

} // namespace webhookd::test
