#include <webhookd/event/event_type.hpp>
#include <webhookd/event/sample.hpp>

#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/signature_keys.hpp"
#include "support/store_file.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace webhookd;
using test::daemon_fixture;
using test::daemon_setup;
using test::shared_key;

namespace {

std::string sample(std::string_view type = "transaction.lifecycle.completed", std::uint64_t seed = 1) {
    return event::make_sample(type, {.seed = seed}).value();
}

} // namespace

TEST_CASE("every documented type is accepted once, kept byte for byte, and logged once", "[ingest]") {
    daemon_fixture daemon;
    for (int round = 0; round < 2; ++round) {
        for (const auto& type : event::catalogue()) {
            const auto answer = daemon.post(sample(type.name));
            INFO(type.name);
            CHECK(answer.status == 200);
            CHECK_THAT(answer.body, Catch::StartsWith(round == 0 ? R"({"status":"accepted","event":"evt_)"
                                                                 : R"({"status":"duplicate","event":"evt_)"));
        }
    }
    CHECK(test::wait_for_condition(
        [&] { return test::occurrences(daemon.stderr_text(), "\"handler\":\"audit\"") == 24; }));
    CHECK(daemon.terminate() == 0);
    CHECK(test::occurrences(daemon.stderr_text(), "\"handler\":\"audit\"") == 24);
    const auto kept = test::count_events(daemon.database());
    CHECK(kept == 24);
}

TEST_CASE("a restart loses no event and repeats no line", "[ingest]") {
    daemon_fixture daemon;
    CHECK(daemon.post(sample("action.opened")).status == 200);
    REQUIRE(test::wait_for_condition(
        [&] { return test::occurrences(daemon.stderr_text(), "\"type\":\"action.opened\"") == 1; }));
    daemon.restart();
    CHECK_THAT(daemon.post(sample("action.opened")).body, Catch::Contains("duplicate"));
    CHECK_THAT(daemon.post(sample("action.closed")).body, Catch::Contains("accepted"));
    REQUIRE(test::wait_for_condition(
        [&] { return test::occurrences(daemon.stderr_text(), "\"type\":\"action.closed\"") == 1; }));
    CHECK(daemon.terminate() == 0);
    CHECK(test::occurrences(daemon.all_stderr_text(), "\"type\":\"action.opened\"") == 1);
}

TEST_CASE("what is not proven to be Universign's gets one constant answer and leaves no trace", "[ingest]") {
    daemon_fixture daemon;
    const auto body = sample();
    const auto good = shared_key().sign(body);
    const auto other_key = test::kept_key("other", 2048);
    auto changed = body;
    changed[changed.find("completed")] = 'C';
    const std::vector<std::pair<std::string, test::http_answer>> refused{
        {"no signature", daemon.post(body, "")},
        {"garbage", daemon.post(body, "garbage")},
        {"another body", daemon.post(changed, good)},
        {"another key", daemon.post(body, other_key.sign(body))},
        {"cut off", daemon.post(body, good.substr(0, good.size() - 8))},
    };
    for (const auto& [why, answer] : refused) {
        INFO(why);
        CHECK(answer.status == 401);
        CHECK(answer.headers.at("content-type") == "application/problem+json");
        CHECK(answer.body == refused.front().second.body);
    }
    for (const auto* reason :
         {"signature-missing", "signature-malformed", "signature-mismatch", "key-unknown"})
        CHECK(test::wait_for_condition([&] { return test::occurrences(daemon.stderr_text(), reason) > 0; }));
    CHECK(daemon.terminate() == 0);
    CHECK(test::count_events(daemon.database()) == 0);
}

TEST_CASE("who comes with an HMAC is told of the header that counts, and of nothing else", "[ingest]") {
    daemon_fixture daemon;
    const auto body = sample();
    test::http_connection client(daemon.ingest_port());
    const auto post = [&](const test::http_connection::header_list& headers) {
        return client.exchange("POST", "/webhooks/universign", headers, body);
    };
    const std::string mac = "9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b";
    const auto plain = post({});
    const auto told = post({{"X-Universign-Signature", "sha256=" + mac}});
    CHECK(told.status == 401);
    CHECK_THAT(told.body, Catch::Contains("PS256 in the header x-jws-signature"));
    CHECK_THAT(told.body, !Catch::Contains(mac));
    CHECK(told.headers.at("www-authenticate") == plain.headers.at("www-authenticate"));
    CHECK(test::wait_for_condition([&] {
        return test::occurrences(daemon.stderr_text(), "X-Universign-Signature stands in its place") == 1;
    }));
    // Beside a signature, even a wrong one, the header means nothing.
    CHECK(post({{"X-Universign-Signature", mac}, {"x-jws-signature", "garbage"}}).body == plain.body);
    CHECK(post({{"X-Universign-Signature", mac}, {"x-jws-signature", shared_key().sign(body)}}).status ==
          200);
}

TEST_CASE("an authentic body that is no event is a 400", "[ingest]") {
    daemon_fixture daemon;
    for (const std::string body : {"", "[]", "{", "null", R"({"type":"a"})", R"({"id":"evt_1"})",
                                   R"({"id":7,"type":"a"})", R"({"id":"evt_1","type":"a b"})"}) {
        INFO(body);
        const auto answer = daemon.post(body);
        CHECK(answer.status == 400);
        CHECK(answer.headers.at("content-type") == "application/problem+json");
    }
    CHECK(daemon.post(R"({"id":"evt_1","type":"something.new"})").status == 200);
}

TEST_CASE("the answer names an id with quotes as JSON", "[ingest]") {
    daemon_fixture daemon;
    CHECK(daemon.post(R"({"id":"evt_\"q\\","type":"a.b"})").body ==
          R"({"status":"accepted","event":"evt_\"q\\"})");
}

TEST_CASE("paths, methods and media types are told apart", "[ingest]") {
    daemon_fixture daemon;
    test::http_connection client(daemon.ingest_port());
    const auto body = sample();
    const auto signature = shared_key().sign(body);
    CHECK(client.exchange("POST", "/elsewhere", {}, "{}").status == 404);
    const auto got = client.exchange("GET", "/webhooks/universign");
    CHECK(got.status == 405);
    CHECK(got.headers.at("allow") == "POST");
    const auto with = [&](const std::string& name, const std::string& value) {
        return client
            .exchange("POST", "/webhooks/universign", {{"x-jws-signature", signature}, {name, value}}, body)
            .status;
    };
    CHECK(with("Content-Type", "text/plain") == 415);
    CHECK(with("Content-Encoding", "gzip") == 415);
    CHECK(with("Content-Type", "application/json; charset=utf-8") == 200);
    CHECK(with("Content-Type", "application/cloudevents+json") == 200);
    CHECK(
        client.exchange("POST", "/webhooks/universign?x=1", {{"x-jws-signature", signature}}, body).status ==
        200);
}

TEST_CASE("two signature headers are one too many", "[ingest]") {
    daemon_fixture daemon;
    const auto body = sample();
    const auto line = "x-jws-signature: " + shared_key().sign(body) + "\r\n";
    test::raw_client client(daemon.ingest_port());
    client.send("POST /webhooks/universign HTTP/1.1\r\nHost: x\r\n" + line + line +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    CHECK(client.read_answer().status == 401);
}

TEST_CASE("an endpoint's keys never vouch for another endpoint", "[ingest]") {
    const test::temp_directory directory;
    const auto other = test::kept_key("other", 2048);
    test::write_text(directory.path() / "one.json", shared_key().jwks());
    test::write_text(directory.path() / "two.json", other.jwks());
    daemon_setup setup;
    setup.endpoints = "endpoints:\n"
                      "  - { name: one, path: /one, signature: { jwks: { file: " +
                      (directory.path() / "one.json").string() +
                      " } } }\n"
                      "  - { name: two, path: /two, signature: { jwks: { file: " +
                      (directory.path() / "two.json").string() + " } } }\n";
    setup.path = "/one";
    daemon_fixture daemon(setup);
    const auto body = sample();
    test::http_connection client(daemon.ingest_port());
    CHECK(client.post_webhook("/one", body, shared_key().sign(body)).status == 200);
    CHECK(client.post_webhook("/two", body, shared_key().sign(body)).status == 401);
    // The same id at another endpoint is another event.
    CHECK_THAT(client.post_webhook("/two", body, other.sign(body)).body, Catch::Contains("accepted"));
}

TEST_CASE("sources that are not allowed are turned away, by their true address", "[ingest]") {
    daemon_setup setup;
    setup.server = "  allowed_sources: [\"203.0.113.0/24\"]\n";
    daemon_fixture daemon(setup);
    const auto body = sample();
    test::http_connection client(daemon.ingest_port());
    const auto from = [&](const std::string& address) {
        return client
            .exchange("POST", "/webhooks/universign",
                      {{"x-jws-signature", shared_key().sign(body)}, {"X-Forwarded-For", address}}, body)
            .status;
    };
    CHECK(from("198.51.100.1") == 403);
    CHECK(from("203.0.113.5, 198.51.100.1") == 403);
    CHECK(from("203.0.113.5") == 200);
    CHECK(daemon.post(body).status == 403);
}

TEST_CASE("events that were posted while a client vanished are still kept whole or not at all", "[ingest]") {
    daemon_fixture daemon;
    const auto body = sample("action.opened");
    const auto head =
        "POST /webhooks/universign HTTP/1.1\r\nHost: x\r\nx-jws-signature: " + shared_key().sign(body) +
        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    test::raw_client cut(daemon.ingest_port());
    cut.send(head + body.substr(0, body.size() / 2));
    cut.reset();
    test::raw_client hasty(daemon.ingest_port());
    hasty.send(head + body);
    hasty.reset();
    CHECK(daemon.post(sample("action.closed")).status == 200);
    CHECK(daemon.terminate() == 0);
    const auto kept = test::count_events(daemon.database());
    CHECK((kept == 1 || kept == 2));
}
