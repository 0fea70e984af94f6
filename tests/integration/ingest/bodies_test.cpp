#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <vector>

using namespace webhookd;
using test::daemon_fixture;
using test::daemon_setup;
using test::raw_client;
using test::shared_key;

namespace {

std::string head(const std::string& signature, std::size_t size) {
    return "POST /webhooks/universign HTTP/1.1\r\nHost: hooks.example\r\nContent-Type: application/json\r\n" +
           (signature.empty() ? std::string() : "x-jws-signature: " + signature + "\r\n") +
           "Content-Length: " + std::to_string(size) + "\r\n\r\n";
}

std::string event_of(std::size_t size) {
    const std::string begin = R"({"id":"evt_large","type":"something.large","payload":")";
    const std::string end = "\"}";
    return begin + std::string(size - begin.size() - end.size(), 'x') + end;
}

std::size_t resident(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
    std::size_t all = 0;
    std::size_t pages = 0;
    in >> all >> pages;
    return pages * 4096;
}

} // namespace

TEST_CASE("what cannot be verified is refused before its body has come", "[ingest]") {
    daemon_setup setup;
    setup.server = "  limits: { body_timeout: 10m }\n"; // nobody waits for that body
    daemon_fixture daemon(setup);
    CHECK(daemon.post(test::sample("action.opened", 1)).status == 200);
    const auto stranger = signature::signer::generate(2048).value();
    for (const auto& signature : std::vector<std::string>{
             "", "garbage", "a..b", shared_key().sign("x") + "\r\nx-jws-signature: " + shared_key().sign("x"),
             stranger.sign("x")}) {
        INFO(signature);
        // The key set was fetched a moment ago: an unknown key is not worth another fetch.
        raw_client client(daemon.ingest_port());
        client.send(head(signature, 1'000'000) + std::string(500'000, 'x'));
        const auto answer = client.read_answer();
        CHECK(answer.status == 401);
        CHECK(answer.headers.count("www-authenticate") == 1);
        CHECK(answer.headers.count("date") == 1);
    }
    CHECK(daemon.post(test::sample("action.opened", 2)).status == 200);
}

/// AddressSanitizer keeps what was freed for a while, on purpose, and ThreadSanitizer needs a multiple.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_tells = false;
#else
constexpr bool memory_tells = true;
#endif

TEST_CASE("many half-sent bodies stay within one bound, and their memory is given back", "[ingest]") {
    daemon_setup setup;
    setup.server = "  limits: { bodies: 32MiB, body_timeout: 10m }\n";
    daemon_fixture daemon(setup);
    CHECK(daemon.post(test::sample("action.opened", 1)).status == 200);
    const auto before = resident(daemon.running().pid());
    const auto signature = shared_key().sign("anything"); // of a known key: only the body will tell
    {
        std::vector<raw_client> clients;
        const auto send_half = [&] {
            clients.emplace_back(daemon.ingest_port());
            clients.back().send(head(signature, 1'000'000) + std::string(700'000, 'x'));
        };
        for (int i = 0; i < 100; ++i)
            send_half();
        // Several that are refused at once leave room for a whole body: more of them fill it again.
        REQUIRE(test::wait_for_condition([&] {
            send_half();
            raw_client late(daemon.ingest_port());
            late.send(head(signature, 1'000'000) + std::string(1'000'000, 'x'));
            const auto answer = late.read_answer();
            return answer.status == 503 && answer.headers.count("retry-after") == 1;
        }));
        if (memory_tells) CHECK(resident(daemon.running().pid()) < before + (80u << 20));
        CHECK(daemon.says("server.limits.bodies"));
    }
    if (memory_tells)
        CHECK(test::wait_for_condition(
            [&] { return resident(daemon.running().pid()) < before + (16u << 20); }));
    CHECK(daemon.post(test::sample("action.opened", 2)).status == 200);
}

TEST_CASE("the configured limit is the only one that a body has", "[ingest]") {
    SECTION("8 MiB as it comes") {
        daemon_fixture daemon;
        CHECK(daemon.post(event_of(8u << 20)).status == 200);
        CHECK(daemon.post(event_of((8u << 20) + 1)).status == 413);
    }
    SECTION("as large as it may be set") {
        daemon_setup setup;
        setup.server = "  limits: { body: 64MiB, body_timeout: 2m }\n";
        daemon_fixture daemon(setup);
        CHECK(daemon.post(event_of(20u << 20)).status == 200);
    }
}

TEST_CASE("a client that sends all before it reads sees 413 and not a reset", "[ingest]") {
    daemon_fixture daemon;
    raw_client client(daemon.ingest_port());
    client.send(head(shared_key().sign("x"), 40'000'000));
    for (int i = 0; i < 40; ++i)
        client.send(std::string(1'000'000, 'x'));
    CHECK(client.read_answer().status == 413);
    raw_client unsigned_one(daemon.ingest_port());
    unsigned_one.send(head("", 8'000'000));
    for (int i = 0; i < 8; ++i)
        unsigned_one.send(std::string(1'000'000, 'x'));
    CHECK(unsigned_one.read_answer().status == 401);
}
