#include <webhookd/event/envelope.hpp>
#include <webhookd/event/sample.hpp>
#include <webhookd/signature/proof.hpp>

#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/scripted_server.hpp"
#include "support/signature_keys.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

using namespace webhookd;
using test::daemon_fixture;
using test::daemon_setup;
using test::shared_key;

namespace {

const signature::signer& next_key() {
    static const auto key = test::kept_key("by-url", 2048);
    return key;
}

/// Universign's JWK set endpoint; may be told to fail.
struct key_server {
    std::mutex mutex;
    std::string jwks = shared_key().jwks();
    std::atomic<int> status{200};
    test::scripted_server server{[this](const test::scripted_request&) {
        const std::lock_guard lock{mutex};
        return test::http_reply(status, jwks);
    }};

    void set(std::string keys) {
        const std::lock_guard lock{mutex};
        jwks = std::move(keys);
    }
};

daemon_setup by_url(const std::string& url, const std::string& cooldown) {
    daemon_setup setup;
    setup.endpoints = "endpoints:\n  - name: production\n    path: /webhooks/universign\n    signature:\n"
                      "      jwks: { url: \"" +
                      url + "\", refresh: 1h, cooldown: " + cooldown + " }\n";
    return setup;
}

std::string sample(std::uint64_t seed) {
    return event::make_sample("action.opened", {.seed = seed}).value();
}

} // namespace

TEST_CASE("a key that appears in the set is fetched for the first event that names it", "[ingest]") {
    key_server keys;
    daemon_fixture daemon(by_url(keys.server.url("/jwks.json"), "1s"));
    const auto body = sample(1);
    CHECK(daemon.post(body).status == 200);
    keys.set(next_key().jwks());
    // Refused within the cooldown, fetched for at its end.
    CHECK(test::wait_for_condition(
        [&] { return daemon.post(sample(2), next_key().sign(sample(2))).status == 200; }));
    // The old key has left the set, and vouches for nothing any more.
    CHECK(daemon.post(sample(3)).status == 401);
    CHECK(daemon.says("a key was retired"));
}

TEST_CASE("unknown keys cannot make the daemon fetch more often than the cooldown allows", "[ingest]") {
    key_server keys;
    daemon_fixture daemon(by_url(keys.server.url("/jwks.json"), "1h"));
    for (std::uint64_t i = 1; i <= 20; ++i)
        CHECK(daemon.post(sample(i), next_key().sign(sample(i))).status == 401);
    CHECK(keys.server.requests().size() == 1);
}

TEST_CASE("without a key set events are put off, not refused, and accepted once it can be had", "[ingest]") {
    key_server keys;
    keys.status = 500;
    auto setup = by_url(keys.server.url("/jwks.json"), "1s");
    const test::temp_directory directory;
    setup.directory = directory.path();
    setup.wait_for_ready = false;
    daemon_fixture daemon(setup);
    const auto refused = daemon.post(sample(1));
    CHECK(refused.status == 503);
    CHECK(refused.headers.contains("retry-after"));
    const auto ready = daemon.get("/readyz");
    CHECK(ready.status == 503);
    CHECK_THAT(ready.body, Catch::Contains("http-status"));
    keys.status = 200;
    CHECK(test::wait_for_condition([&] { return daemon.post(sample(1)).status == 200; }));
    CHECK(test::wait_for_condition([&] { return daemon.get("/readyz").status == 200; }));
}

TEST_CASE("a restart without network lives from the set that was kept", "[ingest]") {
    auto keys = std::make_unique<key_server>();
    daemon_fixture daemon(by_url(keys->server.url("/jwks.json"), "1h"));
    CHECK(daemon.post(sample(1)).status == 200);
    keys.reset();
    daemon.restart();
    CHECK(daemon.post(sample(2)).status == 200);
    REQUIRE(test::wait_for_condition(
        [&] { return daemon.get("/readyz").body.find("\"last_error\":\"network") != std::string::npos; }));
    CHECK_THAT(daemon.get("/readyz").body, Catch::Contains("\"keys_from_cache\":true"));
    CHECK(daemon.get("/readyz").status == 200);
    // And an unknown key cannot be told from a new one now: put off, not refused.
    CHECK(daemon.post(sample(3), next_key().sign(sample(3))).status == 503);
}

TEST_CASE("a key that is replaced under its name is fetched when a signature fails under the old one",
          "[ingest]") {
    key_server keys;
    auto wrong = next_key().jwks();
    wrong.replace(wrong.find(next_key().kid()), next_key().kid().size(), shared_key().kid());
    keys.set(wrong);
    daemon_fixture daemon(by_url(keys.server.url("/jwks.json"), "1s"));
    CHECK(daemon.post(sample(1)).status == 401);
    keys.set(shared_key().jwks());
    CHECK(test::wait_for_condition([&] { return daemon.post(sample(1)).status == 200; }));
    CHECK(daemon.says("a key was replaced"));
    CHECK(daemon.post(sample(3)).status == 200);
}

TEST_CASE("signatures that fail under a known key fetch no more often than the cooldown allows", "[ingest]") {
    key_server keys;
    daemon_fixture daemon(by_url(keys.server.url("/jwks.json"), "1h"));
    for (std::uint64_t i = 1; i <= 20; ++i)
        CHECK(daemon.post(sample(i), shared_key().sign(sample(i + 1))).status == 401);
    CHECK(keys.server.requests().size() == 1);
    CHECK(daemon.post(sample(30)).status == 200);
}

TEST_CASE("keys that were kept from one source prove nothing for another", "[ingest]") {
    key_server old;
    auto setup = by_url(old.server.url("/jwks.json"), "1s");
    setup.wait_for_ready = false; // without keys it is not
    daemon_fixture daemon(setup);
    REQUIRE(test::wait_for_condition([&] { return daemon.post(sample(1)).status == 200; }));
    CHECK(daemon.terminate() == 0);
    auto yaml = test::read_text(daemon.config_file());
    const std::string address = old.server.url("/jwks.json");
    yaml.replace(yaml.find(address), address.size(), "http://127.0.0.1:1/other.json");
    test::write_text(daemon.config_file(), yaml);
    daemon.start();
    CHECK(daemon.post(sample(2)).status == 503);
    CHECK(daemon.says("is of another source and is not trusted"));
}

TEST_CASE("from where and when a key was fetched is told after it was rotated away and a restart",
          "[ingest][proof]") {
    key_server keys;
    const auto source = keys.server.url("/jwks.json");
    daemon_fixture daemon(by_url(source + "?token=hush", "1s"));
    const auto body = sample(1);
    REQUIRE(daemon.post(body).status == 200);
    keys.set(next_key().jwks());
    daemon.restart();
    REQUIRE(test::wait_for_condition(
        [&] { return daemon.post(sample(2), next_key().sign(sample(2))).status == 200; }));
    const auto target = "/v1/events/" + event::parse_envelope(body).value().id;
    const auto archive = daemon.get(target + "/proof");
    REQUIRE(archive.status == 200);
    const auto stated = signature::read_proof(archive.body).value().statement;
    CHECK(stated.key_source == source);
    REQUIRE(stated.key_fetched.has_value());
    CHECK(*stated.key_fetched <= stated.received);
    CHECK_FALSE(stated.key_confirmed.has_value()); // it has left its source
    const auto shown = daemon.get(target).body;
    CHECK_THAT(shown, Catch::Contains("\"key_source\":\"" + source + "\""));
    CHECK_THAT(shown, Catch::Contains("\"key_fetched\":\"" + to_rfc3339(*stated.key_fetched) + "\""));
    CHECK_THAT(shown, !Catch::Contains("hush"));
}
