#include <webhookd/store/sqlite.hpp>

#include "support/files.hpp"
#include "support/process.hpp"
#include "support/result_printer.hpp"
#include "support/store_events.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

const timestamp noon = *parse_rfc3339("2026-01-02T12:00:00Z");
constexpr std::size_t plenty = 1024 * 1024;
const erasure tombstone{noon, "ops"};

struct fixture {
    fixture()
        : kept(std::move(open_sqlite_store({.file = directory / "events.db"}).value())) {}

    store::sequence keep(const std::string& id, const std::string& transaction, const std::string& secret,
                         std::vector<planned_delivery> planned = {}, std::size_t padding = 0) {
        auto e = make_event(id);
        e.envelope.transaction_id = transaction;
        e.envelope.user_id = "usr_" + secret;
        e.received = noon;
        e.body = R"({"name":")" + secret + R"(","padding":")" + std::string(padding, 'p') + secret + "\"}";
        e.metadata = R"({"owner":")" + secret + "\"}";
        e.deliveries = std::move(planned);
        return kept->append({&e, 1}).value()[0].seq;
    }
    void finish(const std::string& handler, delivery_state state, const std::string& output) {
        const auto claimed =
            kept->claim({.handler = handler, .now = noon, .lease = 1min, .limit = 1}).value();
        REQUIRE(claimed.deliveries.size() == 1);
        const finished_delivery f{
            claimed.deliveries[0].id,
            state,
            noon,
            {noon, 1ms, 500, state == delivery_state::successful ? "" : "HTTP 500", output}};
        REQUIRE(kept->finish({&f, 1}).has_value());
    }
    erase_outcome erase(const std::vector<store::sequence>& which, std::size_t max_bytes = plenty) {
        return kept->erase(which, tombstone, "the transaction was erased", max_bytes).value();
    }
    stored_event find(const std::string& id) { return kept->find("production", id).value(); }
    std::string files() {
        std::string all;
        for (const auto& each : std::filesystem::directory_iterator(directory.path()))
            if (each.is_regular_file()) all += read_text(each.path());
        return all;
    }

    temp_directory directory;
    std::unique_ptr<event_store> kept;
};

/// Somebody else at the same file.
class other_connection {
public:
    explicit other_connection(const std::filesystem::path& file) {
        REQUIRE(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
    }
    ~other_connection() { sqlite3_close(db_); }
    other_connection(const other_connection&) = delete;
    other_connection& operator=(const other_connection&) = delete;
    void execute(const char* sql) { REQUIRE(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }

private:
    sqlite3* db_ = nullptr;
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("an erasure takes what may be personal and leaves what tells of the event", "[erase]") {
    fixture f;
    f.keep("evt_1", "tx_1", "Ada", {{"audit"}});
    f.keep("evt_2", "tx_2", "Bob", {{"audit"}});
    f.finish("audit", delivery_state::successful, "hello Ada");
    CHECK(f.kept->erasure_of(1).value() == std::nullopt);
    CHECK(f.kept->holdings_of(std::vector<store::sequence>{1, 2, 3}).value().bodies == 2);
    const auto done = f.erase({1});
    CHECK(done.bodies == 1);
    CHECK(done.deliveries == 0);
    const auto e = f.find("evt_1");
    CHECK(e.body.empty());
    CHECK(e.signature.empty());
    CHECK(e.envelope.user_id.empty());
    CHECK(e.envelope.type == "transaction.lifecycle.completed");
    CHECK(e.envelope.transaction_id == "tx_1");
    CHECK(f.kept->count({.text = "Ada"}).value() == 0);
    const auto attempts = f.kept->attempts(1).value();
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].output.empty());
    CHECK(f.kept->erasure_of(1).value() == tombstone);
    // Others are as they were.
    CHECK(f.kept->erasure_of(2).value() == std::nullopt);
    CHECK(has(f.find("evt_2").body, "Bob"));
    CHECK(f.kept->count({.text = "Bob"}).value() == 1);
    // What arrives later is not erased by what was done before.
    const auto later = f.keep("evt_3", "tx_1", "Ada");
    CHECK(f.kept->erasure_of(later).value() == std::nullopt);
    CHECK(f.kept->erasure_of(1).value() == tombstone);
    auto again = make_event("evt_1");
    CHECK(f.kept->append({&again, 1}).value()[0].status == append_status::duplicate);
}

TEST_CASE("deliveries of what is erased fail, and those behind them go on", "[erase]") {
    fixture f;
    f.keep("evt_1", "tx_1", "Ada", {{"crm", sequencing::block}});
    f.keep("evt_2", "tx_1", "Ada", {{"crm", sequencing::block}});
    f.keep("evt_3", "tx_1", "Ada", {{"crm", sequencing::block}});
    f.finish("crm", delivery_state::failed, "");
    CHECK(
        f.kept->claim({.handler = "crm", .now = noon, .lease = 1min, .limit = 9}).value().deliveries.empty());
    CHECK(f.kept->pending() == 2);
    CHECK(f.erase({1, 2}).deliveries == 1);
    CHECK(f.kept->pending() == 1);
    const auto failed = f.kept->deliveries({.state = delivery_state::failed}, {}, 10).value();
    REQUIRE(failed.size() == 2);
    for (const auto& each : failed)
        CHECK(each.reason == "the transaction was erased");
    const auto next = f.kept->claim({.handler = "crm", .now = noon, .lease = 1min, .limit = 9}).value();
    REQUIRE(next.deliveries.size() == 1);
    CHECK(next.deliveries[0].event.envelope.id == "evt_3");
    CHECK(f.kept->retry({}, noon, 10).value() == 0);
}

TEST_CASE("an attempt that ends after its event was erased leaves nothing", "[erase]") {
    fixture f;
    f.keep("evt_1", "tx_1", "Ada", {{"audit"}});
    const auto claimed = f.kept->claim({.handler = "audit", .now = noon, .lease = 1min, .limit = 1}).value();
    REQUIRE(claimed.deliveries.size() == 1);
    CHECK(f.erase({1}).deliveries == 1);
    const finished_delivery late{1, delivery_state::successful, {}, {noon, 1ms, 200, "", "hello Ada"}};
    REQUIRE(f.kept->finish({&late, 1}).has_value());
    CHECK(f.kept->attempts(1).value().empty());
    CHECK(f.kept->pending() == 0);
}

TEST_CASE("an erasure is bounded by bytes, always goes on, and may be repeated", "[erase]") {
    fixture f;
    for (int i = 1; i <= 3; ++i)
        f.keep("evt_" + std::to_string(i), "tx_1", "Ada", {}, 50'000);
    CHECK(f.erase({1, 2, 3}, 60'000).done == 1);
    CHECK(f.erase({1, 2, 3}, 60'000).done == 2);
    const auto last = f.erase({1, 2, 3});
    CHECK(last.done == 3);
    CHECK(last.bodies == 1);
    CHECK(f.erase({1, 2, 3, 99}).bodies == 0);
}

TEST_CASE("what was erased stands in no file any more", "[erase]") {
    fixture f;
    const std::string secret = "Zaphod-Beeblebrox-42";
    std::vector<store::sequence> erased;
    // Large and small bodies among those of others, and outputs on pages that fill up and are split.
    for (int i = 0; i < 300; ++i) {
        const auto n = std::to_string(i);
        const bool theirs = i % 7 == 0;
        const auto seq = f.keep("evt_" + n, theirs ? "tx_secret" : "tx_" + n, theirs ? secret : "other-" + n,
                                {{"audit"}, {"crm"}}, static_cast<std::size_t>(i % 3) * 6000);
        if (theirs) erased.push_back(seq);
        for (int tries = 0; tries < 3; ++tries)
            f.finish("audit", tries == 2 ? delivery_state::successful : delivery_state::pending,
                     theirs ? "output " + secret : "output of another " + n);
    }
    REQUIRE(has(f.files(), secret));
    f.erase(erased);
    // The background thread may be copying.
    REQUIRE(wait_for_condition([&] { return f.kept->scrub() == remnants::none; }));
    CHECK_FALSE(has(f.files(), secret));
    CHECK(has(f.files(), "other-299"));
    CHECK(std::filesystem::file_size(f.directory / "events.db-wal") == 0);
    // And the store goes on.
    f.keep("evt_new", "tx_new", "Carol");
    CHECK(has(f.find("evt_new").body, "Carol"));
    CHECK(f.kept->probe().has_value());
    f.kept.reset();
    f.kept = std::move(open_sqlite_store({.file = f.directory / "events.db"}).value());
    CHECK(f.kept->count({}).value() == 301);
}

TEST_CASE("of a thousand erasures in any order none leaves a byte, with outputs of every size", "[erase]") {
    fixture f;
    constexpr int transactions = 1000;
    std::mt19937 random(20261127);
    const auto name = [](int i) { return "Zaphod-" + std::to_string(100'000 + i); };
    std::vector<std::pair<store::sequence, int>> kept;
    for (int i = 0; i < transactions; ++i) {
        const auto n = std::to_string(i);
        kept.emplace_back(f.keep("evt_" + n, "tx_" + n, name(i), {{"audit"}}, random() % 3000), i);
    }
    // In any order, so that attempts come between those of others, and pages are split.
    auto claimed =
        f.kept->claim({.handler = "audit", .now = noon, .lease = 1min, .limit = transactions}).value();
    REQUIRE(claimed.deliveries.size() == transactions);
    std::shuffle(claimed.deliveries.begin(), claimed.deliveries.end(), random);
    for (const auto& each : claimed.deliveries) {
        const auto who = name(static_cast<int>(each.event.seq) - 1);
        const finished_delivery done{each.id,
                                     delivery_state::successful,
                                     noon,
                                     {noon, 1ms, 200, "", who + std::string(random() % 700, 'o') + who}};
        REQUIRE(f.kept->finish({&done, 1}).has_value());
    }
    std::shuffle(kept.begin(), kept.end(), random);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        f.erase({kept[i].first});
        // Others arrive meanwhile and fill the pages up.
        if (i % 4 == 0) f.keep("new_" + std::to_string(i), "tx_new", "nobody", {}, random() % 3000);
        if (i % 100 != 99) continue;
        REQUIRE(wait_for_condition([&] { return f.kept->scrub() == remnants::none; }));
        const auto files = f.files();
        std::size_t left = 0;
        for (std::size_t j = 0; j <= i; ++j)
            left += has(files, name(kept[j].second)) ? 1 : 0;
        CHECK(left == 0);
        // Nor do they come back from the memory of the writer.
        f.keep("later_" + std::to_string(i), "tx_new", "nobody", {}, 100);
        const auto later = f.files();
        for (std::size_t j = 0; j <= i; ++j)
            left += has(later, name(kept[j].second)) ? 1 : 0;
        CHECK(left == 0);
    }
    f.kept.reset();
    f.kept = std::move(open_sqlite_store({.file = f.directory / "events.db"}).value());
    CHECK(f.kept->count({}).value() == transactions + 250 + 10);
}

TEST_CASE("the journal is not emptied under a reader, and nobody waits for that", "[erase]") {
    fixture f;
    f.keep("evt_1", "tx_1", "Ada");
    other_connection reader(f.directory / "events.db");
    reader.execute("BEGIN; SELECT count(*) FROM events");
    f.erase({1});
    const auto refused = f.kept->scrub();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == errc::store_busy);
    f.keep("evt_2", "tx_2", "Bob");
    reader.execute("COMMIT");
    REQUIRE(wait_for_condition([&] { return f.kept->scrub() == remnants::none; }));
    CHECK_FALSE(has(f.files(), "Ada"));
    CHECK(has(f.find("evt_2").body, "Bob"));
}

TEST_CASE("a database of before erasures is brought up to date", "[erase]") {
    fixture f;
    f.keep("evt_1", "tx_1", "Ada");
    f.kept.reset();
    other_connection(f.directory / "events.db")
        .execute("DROP TABLE erasures; DROP TABLE life; DROP TABLE outages; DROP TABLE recount;"
                 "ALTER TABLE consumption DROP COLUMN level_0; ALTER TABLE consumption DROP COLUMN level_4;"
                 "PRAGMA user_version=1");
    f.kept = std::move(open_sqlite_store({.file = f.directory / "events.db"}).value());
    CHECK(has(f.find("evt_1").body, "Ada"));
    CHECK(f.erase({1}).bodies == 1);
    CHECK(f.kept->erasure_of(1).value() == tombstone);
}
