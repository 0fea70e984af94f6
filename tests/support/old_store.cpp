#include "support/old_store.hpp"

#include "store/sqlite/schema.hpp"

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace webhookd::test {

namespace {

using store::sqlite::connection;

constexpr int schema_version = 4;
constexpr timestamp first_at = std::chrono::sys_days(std::chrono::March / 10 / 2026);

template <class Value>
Value expect(result<Value> outcome) {
    if (!outcome) throw std::runtime_error("the old database cannot be made: " + to_string(outcome.error()));
    if constexpr (!std::is_void_v<Value>) return std::move(*outcome);
}

connection open_new(const std::filesystem::path& file) {
    std::ofstream{file, std::ios::app};
    auto db = expect(connection::open(file, {}, connection::access::read_write, 8000));
    expect(store::sqlite::prepare_schema(db, schema_version));
    db.checkpoint_on_close(true);
    return db;
}

} // namespace

old_store::old_store(const std::filesystem::path& file)
    : db_(open_new(file)) {
    execute("BEGIN; INSERT INTO endpoints (id, name) VALUES (1, 'production');"
            "INSERT INTO event_types (id, name) VALUES (1, 'transaction.lifecycle.completed')");
}

old_store::~old_store() {
    (void)db_.execute("UPDATE event_types SET events = (SELECT max(seq) FROM events);"
                      "UPDATE totals SET last_seq = (SELECT max(seq) FROM events), "
                      "events = (SELECT count(*) FROM events); COMMIT",
                      "end the old database");
}

timestamp old_store::complete(const figures& counted, std::string_view body) {
    const auto offset = ++events_;
    const auto at = first_at + std::chrono::seconds(offset);
    const auto microseconds = std::int64_t{at.time_since_epoch().count()};
    const auto id = std::to_string(offset);
    auto event = expect(
        db_.prepare("INSERT INTO events (seq, endpoint, event_id, type, at, created, received, object_type, "
                    "object_id, transaction_id, state) VALUES (?1, 1, 'evt_' || ?2, 1, ?3, ?3, ?3, "
                    "'transaction', 'tx_' || ?2, 'tx_' || ?2, 'completed')",
                    "keep an event"));
    expect(event.bind(offset, std::string_view(id), microseconds).run());
    if (!body.empty()) {
        auto payload = expect(db_.prepare("INSERT INTO payloads (seq, body) VALUES (?, ?)", "keep a body"));
        expect(payload.bind(offset, store::sqlite::blob{body}).run());
    }
    auto consumption = expect(db_.prepare("INSERT INTO consumption (at, seq, endpoint, transaction_id, "
                                          "visas, seals, reviews, level_1, level_2, "
                                          "level_3) VALUES (?, ?, 1, 'tx_' || ?, ?, ?, ?, ?, ?, ?)",
                                          "count a transaction"));
    expect(consumption
               .bind(microseconds, offset, std::string_view(id), counted.visas, counted.seals,
                     counted.reviews, counted.levels[0], counted.levels[1], counted.levels[2])
               .run());
    return at;
}

void old_store::execute(const char* sql) {
    expect(db_.execute(sql, "make an old database"));
}

} // namespace webhookd::test
