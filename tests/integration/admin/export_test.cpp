#include "support/admin_api.hpp"
#include "support/event_samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace webhookd;
using test::ask;
using test::daemon_fixture;
using test::keep;
using test::sample;

namespace {

using row = std::vector<std::string>;

/// As a spreadsheet reads it (RFC 4180). Throws when it cannot be.
std::vector<row> read_csv(const std::string& text) {
    std::vector<row> rows;
    row current(1);
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            current.back() += text[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            current.emplace_back();
        } else if (!quoted && c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            rows.push_back(std::exchange(current, row(1)));
            ++i;
        } else {
            current.back() += c;
        }
    }
    if (quoted || current != row(1)) throw std::runtime_error("the CSV does not end with a whole row");
    return rows;
}

std::size_t column(const std::vector<row>& rows, const std::string& title) {
    const auto found = std::find(rows[0].begin(), rows[0].end(), title);
    REQUIRE(found != rows[0].end());
    return static_cast<std::size_t>(found - rows[0].begin());
}

std::vector<rapidjson::Document> read_lines(const std::string& text) {
    std::vector<rapidjson::Document> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        all.emplace_back().Parse(line.c_str());
        REQUIRE(all.back().IsObject());
    }
    return all;
}

} // namespace

TEST_CASE("CSV has every event once, in stable columns that no spreadsheet runs", "[admin][events]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1, {{"/user_id", "=HYPERLINK(\"http://x\",1)"}, {"/trace_id", "a,b"}});
    keep(daemon, "action.opened", 2, {{"/user_id", "@SUM(1)"}, {"/trace_id", "\xf0\x9f\x96\x8b \"q\""}});
    const auto answer = daemon.get("/v1/events.csv");
    REQUIRE(answer.status == 200);
    CHECK(answer.headers.at("content-type").starts_with("text/csv"));
    CHECK(answer.headers.at("content-disposition") == "attachment; filename=\"events.csv\"");
    const auto rows = read_csv(answer.body);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0] == row{"id", "type", "created", "received", "endpoint", "transaction_id", "object_type",
                         "object_id", "state", "stalled_reason", "api_key", "user_id", "trace_id", "source"});
    for (const auto& each : rows) {
        CHECK(each.size() == rows[0].size());
        for (const auto& cell : each)
            CHECK((cell.empty() || std::string("=+-@").find(cell.front()) == std::string::npos));
    }
    const auto user = column(rows, "user_id");
    const auto trace = column(rows, "trace_id");
    CHECK(rows[2][user] == "'=HYPERLINK(\"http://x\",1)");
    CHECK(rows[2][trace] == "a,b");
    CHECK(rows[1][user] == "'@SUM(1)");
    CHECK(rows[1][trace] == "\xf0\x9f\x96\x8b \"q\"");
}

TEST_CASE("an export of more than one piece has all, and its filters hold", "[admin][events]") {
    test::daemon_setup setup;
    setup.endpoints = "endpoints: [ { name: one, path: /one, signature: { mode: disabled } } ]\n";
    setup.path = "/one";
    daemon_fixture daemon(setup);
    constexpr std::size_t count = 2500;
    test::http_connection in(daemon.ingest_port());
    for (std::size_t seed = 1; seed <= count; ++seed)
        REQUIRE(in.post_webhook("/one", sample(seed % 5 == 0 ? "action.closed" : "action.opened", seed), "")
                    .status == 200);
    const auto rows = read_csv(daemon.get("/v1/events.csv").body);
    CHECK(rows.size() == count + 1);
    auto ids = std::vector<std::string>();
    for (const auto& each : rows)
        ids.push_back(each[0]);
    std::sort(ids.begin(), ids.end());
    CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
    CHECK(read_csv(daemon.get("/v1/events.csv?type=action.closed").body).size() == count / 5 + 1);
    CHECK(read_csv(daemon.get("/v1/events.csv?type=registration").body).size() == 1);
    CHECK(read_lines(daemon.get("/v1/events.ndjson?type=action.closed").body).size() == count / 5);
    CHECK(ask(daemon, "/v1/events/count?type=action.closed")["events"].GetInt64() ==
          static_cast<std::int64_t>(count / 5));
}

TEST_CASE("NDJSON has one object a line, with body and proof when they are wanted", "[admin][events]") {
    daemon_fixture daemon;
    const auto id = keep(daemon, "transaction.lifecycle.completed", 1);
    const auto plain = read_lines(daemon.get("/v1/events.ndjson").body);
    REQUIRE(plain.size() == 1);
    CHECK(plain[0]["id"].GetString() == id);
    CHECK_FALSE(plain[0].HasMember("raw_body"));
    const auto whole = read_lines(daemon.get("/v1/events.ndjson?payload=true").body);
    REQUIRE(whole.size() == 1);
    CHECK(whole[0]["raw_body"].GetString() == sample("transaction.lifecycle.completed", 1));
    CHECK(std::string(whole[0]["signature"].GetString()).find("..") != std::string::npos);
}

TEST_CASE("an export that makes no sense is refused before it begins", "[admin][events]") {
    daemon_fixture daemon;
    for (const std::string query : {"?created_gt=x", "?limit=5", "?cursor=1.1", "?payload=true", "?type=,"}) {
        INFO(query);
        CHECK(daemon.get("/v1/events.csv" + query).status == 400);
    }
    CHECK(daemon.get("/v1/events.ndjson?payload=perhaps").status == 400);
}
