#include <webhookd/event/sample.hpp>
#include <webhookd/outbound/http_client.hpp>

#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/scripted_server.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;

TEST_CASE("a TLS listener takes events, and plain HTTP on it gets nowhere", "[http]") {
    const test::temp_directory directory;
    const auto identity = test::make_tls_identity();
    test::write_text(directory / "certificate.pem", identity.certificate_pem);
    test::write_text(directory / "key.pem", identity.private_key_pem);
    test::daemon_setup setup;
    setup.server = "  tls: { certificate: " + (directory / "certificate.pem").string() +
                   ", private_key: " + (directory / "key.pem").string() + " }\n";
    test::daemon_fixture daemon(setup);

    const auto body = event::make_sample("action.opened", {}).value();
    outbound::http_request request;
    request.method = "POST";
    request.url = "https://127.0.0.1:" + std::to_string(daemon.ingest_port()) + "/webhooks/universign";
    request.headers = {"Content-Type: application/json", "x-jws-signature: " + test::shared_key().sign(body)};
    request.body = body;
    request.ca_file = (directory / "certificate.pem").string();
    outbound::http_client client;
    for (const std::string expected : {"accepted", "duplicate"}) {
        const auto answer = client.perform(request);
        REQUIRE(answer.has_value());
        CHECK(answer->status == 200);
        CHECK_THAT(answer->body, Catch::Contains(expected));
    }
    test::raw_client plain(daemon.ingest_port());
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    plain.finish();
    std::string first_word;
    try {
        first_word = plain.read_line();
    } catch (const std::runtime_error&) {
        // closed or a TLS alert: either way no line of HTTP
    }
    CHECK(first_word.find("HTTP/1.1") == std::string::npos);
    CHECK(daemon.terminate() == 0);
}
