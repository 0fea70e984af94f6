#include "support/store_fixture.hpp"

#include <webhookd/store/sqlite.hpp>

#include <catch2/catch.hpp>

#include <utility>

namespace webhookd::test {

using namespace std::chrono_literals;
using store::delivery_state;

store_opener sqlite_at(std::filesystem::path file, std::string vfs) {
    return [options = store::sqlite_options{.file = std::move(file), .vfs = std::move(vfs)}] {
        return store::open_sqlite_store(options);
    };
}

store_fixture::store_fixture(store_opener open)
    : open_(std::move(open)) {
    reopen();
}

void store_fixture::reopen() {
    kept.reset();
    auto opened = open_();
    if (!opened) FAIL(to_string(opened.error()));
    kept = std::move(*opened);
}

store::append_outcome store_fixture::keep(const store::new_event& e) {
    const auto outcomes = kept->append({&e, 1});
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

store::claim_answer store_fixture::claim(const std::string& handler, timestamp now, std::size_t limit) {
    auto answer = kept->claim({.handler = handler, .now = now, .lease = 1min, .limit = limit});
    REQUIRE(answer);
    return std::move(*answer);
}

std::vector<std::string> store_fixture::claimed_ids(const std::string& handler, timestamp now) {
    std::vector<std::string> ids;
    for (const auto& each : claim(handler, now).deliveries)
        ids.push_back(each.event.envelope.id);
    return ids;
}

void store_fixture::finish(store::delivery_id id, delivery_state state, timestamp due,
                           const std::string& output) {
    const bool good = state == delivery_state::successful;
    const store::finished_delivery f{id, state, due, {noon, 0ms, good ? 200 : 500, good ? "" : "no", output}};
    REQUIRE(kept->finish({&f, 1}));
}

void store_fixture::finish_next(const std::string& handler, delivery_state state, const std::string& output) {
    const auto claimed = claim(handler, noon, 1).deliveries;
    REQUIRE(claimed.size() == 1);
    finish(claimed[0].id, state, noon, output);
}

store::delivery_record store_fixture::record(store::delivery_id id) {
    const auto found = kept->deliveries({.id = id}, std::nullopt, 10);
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    return found->front();
}

store::erase_outcome store_fixture::erase(const std::vector<store::sequence>& events, std::size_t max_bytes) {
    const auto done = kept->erase(events, tombstone, "the transaction was erased", max_bytes);
    REQUIRE(done);
    return *done;
}

} // namespace webhookd::test
