#include <webhookd/event/sample.hpp>
#include <webhookd/outbound/http_client.hpp>

#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/scripted_server.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;

namespace {

void write(const test::temp_directory& directory, const test::tls_identity& identity) {
    test::write_text(directory / "certificate.pem", identity.certificate_pem);
    test::write_text(directory / "key.pem", identity.private_key_pem);
}

test::daemon_setup with_tls(const test::temp_directory& directory) {
    test::daemon_setup setup;
    setup.server = "  tls: { certificate: " + (directory / "certificate.pem").string() +
                   ", private_key: " + (directory / "key.pem").string() + " }\n";
    return setup;
}

/// Whether a client that trusts this certificate alone gets an answer.
bool is_served(test::daemon_fixture& daemon, const std::string& certificate) {
    const test::temp_directory directory;
    test::write_text(directory / "ca.pem", certificate);
    outbound::http_request request;
    request.url = "https://127.0.0.1:" + std::to_string(daemon.ingest_port()) + "/";
    request.ca_file = (directory / "ca.pem").string();
    return outbound::http_client().perform(request).has_value();
}

int reload(test::daemon_fixture& daemon) {
    return test::http_connection(daemon.admin_port()).exchange("POST", "/v1/reload").status;
}

} // namespace

TEST_CASE("a renewed certificate under the same path is served after a reload", "[http]") {
    const test::temp_directory directory;
    const auto first = test::make_tls_identity(), second = test::make_tls_identity();
    write(directory, first);
    test::daemon_fixture daemon(with_tls(directory));
    REQUIRE(is_served(daemon, first.certificate_pem));
    CHECK_FALSE(is_served(daemon, second.certificate_pem));
    write(directory, second);
    CHECK(is_served(daemon, first.certificate_pem)); // until it is told
    CHECK(reload(daemon) == 200);
    CHECK(is_served(daemon, second.certificate_pem));
    CHECK_FALSE(is_served(daemon, first.certificate_pem));
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("a certificate without its key refuses the reload and changes nothing", "[http]") {
    const test::temp_directory directory;
    const auto first = test::make_tls_identity(), second = test::make_tls_identity();
    write(directory, first);
    test::daemon_fixture daemon(with_tls(directory));
    test::write_text(directory / "certificate.pem", second.certificate_pem);
    CHECK(reload(daemon) != 200);
    CHECK(daemon.says("server.tls.private_key: "));
    CHECK(daemon.says("is not the key of the certificate"));
    CHECK(is_served(daemon, first.certificate_pem));
    test::write_text(directory / "key.pem", second.private_key_pem);
    CHECK(reload(daemon) == 200);
    CHECK(is_served(daemon, second.certificate_pem));
}

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
