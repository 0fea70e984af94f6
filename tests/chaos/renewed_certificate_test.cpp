#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/text.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <algorithm>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

namespace {

void reload(daemon_fixture& daemon, const std::string& expected) {
    const auto before = test::occurrences(daemon.stderr_text(), expected);
    daemon.running().signal(SIGHUP);
    REQUIRE(wait_for_condition([&] { return test::occurrences(daemon.stderr_text(), expected) > before; }));
}

} // namespace

TEST_CASE("a reload takes over what stands under the same path of a CA file or client certificate by now",
          "[chaos]") {
    const auto identity = test::make_tls_identity();
    const auto client = test::make_tls_identity();
    const auto old = test::make_tls_identity();
    test::chaos_sink sink{{.identity = &identity, .client_ca_pem = client.certificate_pem}};
    const test::temp_directory directory;
    const auto write = [&](const char* name, const std::string& text) {
        test::write_text(directory / name, text);
    };
    write("ca.pem", old.certificate_pem);
    write("cert.pem", client.certificate_pem);
    write("key.pem", client.private_key_pem);
    const auto path = [&](const char* name) { return (directory / name).string(); };
    daemon_setup setup;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() + "\", ca_file: " + path("ca.pem") +
                     ", client_certificate: " + path("cert.pem") + ", client_key: " + path("key.pem") +
                     ", retry: { initial: 100ms, max_delay: 200ms, max_attempts: 10000 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: crm }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 200);
    REQUIRE(daemon.says("TLS: "));

    write("ca.pem", identity.certificate_pem);
    reload(daemon, "the configuration is reloaded");
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));

    // A pair that does not match changes nothing, and is told of.
    write("key.pem", old.private_key_pem);
    reload(daemon, "is not the key of the certificate");
    REQUIRE(daemon.post(test::sample("action.opened", 2)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 2; }));

    // Connections that trusted the old file are not used any more.
    write("key.pem", client.private_key_pem);
    write("ca.pem", old.certificate_pem);
    reload(daemon, "the configuration is reloaded");
    const auto before = test::occurrences(daemon.stderr_text(), "TLS: ");
    REQUIRE(daemon.post(test::sample("action.opened", 3)).status == 200);
    REQUIRE(wait_for_condition([&] { return test::occurrences(daemon.stderr_text(), "TLS: ") > before; }));
    CHECK(sink.requests().size() == 2);
    write("ca.pem", identity.certificate_pem);
    reload(daemon, "the configuration is reloaded");
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 3; }));
    CHECK(daemon.terminate() == 0);
}
