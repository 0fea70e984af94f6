#include <webhookd/event/sample.hpp>

#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/run_tool.hpp"
#include "support/scrape.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <string>

using namespace webhookd;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::scrape;
using test::wait_for_condition;

namespace {

std::string sample(std::string_view type, std::uint64_t seed) {
    return event::make_sample(type, {.seed = seed}).value();
}

/// `audit` succeeds, `crm` is refused once and then succeeds, `archive` fails for good at its second attempt;
/// `later`, which gets what is opened, is tried again in an hour and has its circuit opened.
daemon_setup all_kinds(const test::chaos_sink& sink) {
    daemon_setup setup;
    setup.handlers = "  audit: { type: log }\n"
                     "  crm: { type: forward, url: \"" +
                     sink.url() +
                     "\", retry: { initial: 10ms } }\n"
                     "  archive: { type: shell, command: 'exit 3', retry: { initial: 10ms, max_attempts: 2 } "
                     "}\n"
                     "  later: { type: shell, command: 'exit 75', retry: { initial: 1h, jitter: none }, "
                     "circuit_breaker: { failures: 3, open_for: 1h } }\n";
    setup.routes = "  - { name: opened, match: action.opened, handlers: later, final: true }\n"
                   "  - { name: all, match: \"*\", handlers: [audit, crm, archive] }\n";
    setup.sections = "queue: { max_pending: 3, max_in_memory: 100 }\n";
    return setup;
}

std::string production(const std::string& name, const std::string& more = "") {
    return "webhookd_" + name + "{endpoint=\"production\"" + (more.empty() ? "" : "," + more) + "}";
}

std::string of_handler(const std::string& handler, const std::string& name, const std::string& more = "") {
    return "webhookd_handler_" + name + "{handler=\"" + handler + "\"" + (more.empty() ? "" : "," + more) +
           "}";
}

std::string attempts(const std::string& handler, const std::string& outcome) {
    return of_handler(handler, "attempts_total", "outcome=\"" + outcome + "\"");
}

/// Accepted, duplicate, forged, without a known type, unrouted and deferred events, all delivered as far as
/// they will be.
void send_everything(daemon_fixture& daemon) {
    const auto body = sample("transaction.lifecycle.completed", 1);
    REQUIRE(daemon.post(body).status == 200);
    // Each sets the bound of what may wait for a moment: it must be over before the next.
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=pending") == 0; }));
    CHECK(daemon.post(body).status == 200);
    CHECK(daemon.post(body + " ", test::shared_key().sign(body)).status == 401);
    CHECK(daemon.post(body, "").status == 401);
    CHECK(daemon.post("{}").status == 400);
    REQUIRE(daemon.post(R"({"id":"evt_1","type":"something.new"})").status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=pending") == 0; }));
    test::http_connection client(daemon.ingest_port());
    CHECK(client.exchange("POST", "/elsewhere", {}, "{}").status == 404);
    CHECK(client.exchange("GET", daemon.setup().path).status == 405);
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        REQUIRE(daemon.post(sample("action.opened", seed)).status == 200);
    CHECK(daemon.post(sample("action.opened", 4)).status == 503);
    REQUIRE(wait_for_condition(
        [&] { return test::ask(daemon, "/v1/handlers")["data"][3]["retried"].GetInt64() == 3; }));
}

} // namespace

TEST_CASE("the metrics tell what became of every event and every delivery", "[metrics]") {
    test::chaos_sink sink;
    sink.next(test::http_reply(500, "not now"));
    daemon_fixture daemon(all_kinds(sink));
    send_everything(daemon);
    const scrape s(daemon);

    CHECK(s[production("events_received_total")] == 9);
    CHECK(s[production("events_accepted_total")] == 5);
    CHECK(s[production("events_duplicate_total")] == 1);
    CHECK(s[production("events_rejected_total", "reason=\"signature-mismatch\"")] == 1);
    CHECK(s[production("events_rejected_total", "reason=\"signature-missing\"")] == 1);
    CHECK(s[production("events_rejected_total", "reason=\"envelope-incomplete\"")] == 1);
    CHECK(s[production("events_rejected_total", "reason=\"method-not-allowed\"")] == 1);
    CHECK(s[production("events_rejected_total", "reason=\"other\"")] == 0);
    CHECK(s[production("events_deferred_total", "reason=\"backlog-full\"")] == 1);
    CHECK(s["webhookd_requests_unknown_path_total"] == 1);
    CHECK(s[production("verify_duration_seconds_count")] == 8);
    CHECK(s[production("acknowledge_duration_seconds_count")] == 6);
    CHECK(s[production("acknowledge_duration_seconds_bucket", "le=\"+Inf\"")] == 6);
    CHECK(s[production("acknowledge_duration_seconds_sum")] > 0);

    CHECK(s["webhookd_commit_duration_seconds_count"] == 5);
    CHECK(s["webhookd_commit_batch_events_sum"] == 5);
    CHECK(s["webhookd_commit_batch_events_bucket{le=\"1\"}"] == 5);
    CHECK(s["webhookd_writer_events_total"] == 6);
    CHECK(s["webhookd_writer_queue_events"] == 0);
    CHECK(s["webhookd_writer_queue_limit_events"] == 100);
    CHECK(s["webhookd_store_healthy"] == 1);
    CHECK(s["webhookd_store_events"] == 5);
    CHECK(s["webhookd_store_size_bytes"] > 4096);
    CHECK(s["webhookd_store_disk_free_bytes"] > 0);

    CHECK(s["webhookd_deliveries_pending"] == 3);
    CHECK(s["webhookd_deliveries_pending_limit"] == 3);
    CHECK(s["webhookd_deliveries_failed"] == 2);
    CHECK(s[attempts("audit", "successful")] == 2);
    CHECK(s[attempts("crm", "successful")] == 2);
    CHECK(s[attempts("crm", "retried")] == 1);
    CHECK(s[attempts("archive", "retried")] == 2);
    CHECK(s[attempts("archive", "failed")] == 2);
    CHECK(s[attempts("later", "retried")] == 3);
    CHECK(s[of_handler("crm", "attempt_duration_seconds_count")] == 3);
    CHECK(s[of_handler("crm", "success_latency_seconds_count")] == 2);
    CHECK(s[of_handler("archive", "success_latency_seconds_count")] == 0);
    CHECK(s[of_handler("later", "pending_deliveries")] == 3);
    CHECK(s[of_handler("later", "oldest_pending_seconds")] > 0);
    CHECK(s[of_handler("audit", "pending_deliveries")] == 0);
    CHECK(s[of_handler("audit", "oldest_pending_seconds")] == 0);
    CHECK(s[of_handler("later", "circuit_state", "state=\"open\"")] == 1);
    CHECK(s[of_handler("later", "circuit_state", "state=\"closed\"")] == 0);
    CHECK(s[of_handler("crm", "circuit_state", "state=\"closed\"")] == 1);
    CHECK(s[of_handler("later", "in_flight")] == 0);

    CHECK(s[production("key_set_keys")] == 1);
    CHECK(s[production("key_set_age_seconds")] >= 0);
    CHECK(s[production("key_set_refreshes_total")] >= 1);
    CHECK(s[production("key_set_refresh_failures_total")] == 0);
    CHECK(s["webhookd_http_connections{listener=\"ingest\"}"] >= 1);
    CHECK(s["webhookd_http_connections{listener=\"admin\"}"] >= 1);
    CHECK(s["webhookd_log_lines_dropped_total"] == 0);
    CHECK(s["process_resident_memory_bytes"] > 1e6);
    CHECK(s["process_open_fds"] > 5);
    CHECK(s["process_start_time_seconds"] > 1.6e9);
    CHECK_THAT(s.text(), Catch::Contains("webhookd_build_info{version=\""));
}

TEST_CASE("what a peer sends never becomes a metric's name or label", "[metrics]") {
    daemon_fixture daemon;
    REQUIRE(daemon.post(R"({"id":"evt_label","type":"something.new"})").status == 200);
    CHECK(daemon.post(R"({"id":"evt_label","type":"something.else"})", "strange").status == 401);
    const scrape s(daemon);
    for (const auto* word : {"something", "evt_label", "strange"})
        CHECK(s.text().find(word) == std::string::npos);
}

TEST_CASE("no token is needed for the metrics", "[metrics]") {
    daemon_setup setup;
    setup.admin = "  tokens:\n    - { name: ops, role: owner, sha256: " + std::string(64, 'a') + " }\n";
    daemon_fixture daemon(setup);
    CHECK(daemon.get("/v1/handlers").status == 401);
    CHECK(scrape(daemon)["webhookd_store_healthy"] == 1);
}

TEST_CASE("a handler that a reload removes leaves the metrics, one that it changes goes on counting",
          "[metrics]") {
    daemon_setup setup;
    setup.handlers = "  audit: { type: log }\n"
                     "  changed: { type: shell, command: 'exit 0' }\n"
                     "  removed: { type: shell, command: 'exit 75', retry: { initial: 1h } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [audit, changed, removed] }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(sample("action.opened", 1)).status == 200);
    REQUIRE(wait_for_condition([&] {
        const scrape s(daemon);
        return s[attempts("audit", "successful")] == 1 && s[attempts("changed", "successful")] == 1 &&
               s[attempts("removed", "retried")] == 1;
    }));

    auto text = test::read_text(daemon.config_file());
    text.erase(text.find("  removed:"), text.find("routes:") - text.find("  removed:"));
    text.replace(text.find(", removed]"), 10, "]");
    text.replace(text.find("'exit 0'"), 8, "'true'");
    test::write_text(daemon.config_file(), text);
    daemon.running().signal(SIGHUP);
    REQUIRE(wait_for_condition([&] { return !scrape(daemon).has(attempts("removed", "retried")); }));
    REQUIRE(daemon.post(sample("action.opened", 2)).status == 200);
    REQUIRE(wait_for_condition([&] { return scrape(daemon)[attempts("changed", "successful")] == 2; }));
    // What waited for it is a dead letter now, which takes the store's next count to be seen.
    REQUIRE(wait_for_condition([&] { return scrape(daemon)["webhookd_deliveries_failed"] == 1; }));
    CHECK(scrape(daemon).text().find("removed") == std::string::npos);
}

TEST_CASE("Prometheus' own checker has nothing to say against the metrics", "[metrics]") {
    const test::temp_directory directory;
    daemon_fixture daemon;
    REQUIRE(daemon.post(sample("action.opened", 1)).status == 200);
    const auto file = (directory / "metrics.txt").string();
    test::write_text(file, scrape(daemon).text());
    CHECK(test::run_tool({"/bin/sh", "-c", "promtool check metrics <" + file + " 2>&1"}) == "");
}
