#include "support/admin_api.hpp"
#include "support/event_samples.hpp"
#include "support/scripted_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>

using namespace webhookd;
using test::daemon_fixture;

TEST_CASE("what a receiver or a program tells back of our secrets is masked wherever it is kept or shown",
          "[delivery]") {
    // Tells back whatever it got, within other text, and once more at the bound of what is kept.
    test::scripted_server receiver([](const test::scripted_request& r) {
        std::string all = "got " + r.head;
        all.resize(8 * 1024 - 10, '.');
        return test::http_reply(500, all + "hunter2-of-the-environment");
    });
    const std::string port = std::to_string(receiver.port());
    test::daemon_setup setup;
    setup.handlers =
        "  crm: { type: forward, url: \"http://me:p%40ssphrase@127.0.0.1:" + port +
        "/hook?signature=0123456789ab\", retry: { max_attempts: 1 }, headers: { X-Note: "
        "\"a ${env:SECRET} b\", X-Key: \"literal-key-1\" } }\n"
        "  tool: { type: shell, command: \"printf %s $S | base64; echo =$S=; exit 1\", env: { S: "
        "\"${env:SECRET}\" }, retry: { max_attempts: 1 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [crm, tool] }\n";
    setup.environment = {"SECRET=hunter2-of-the-environment"};
    daemon_fixture daemon(setup);
    const auto id = test::keep(daemon, "action.opened", 1);
    REQUIRE(test::wait_for_condition([&] { return test::count_deliveries(daemon, "state=failed") == 2; }));
    std::string told = daemon.get("/v1/events/" + id).body + daemon.get("/v1/handlers").body;
    CHECK_THAT(told, Catch::Contains("***"));
    CHECK(daemon.terminate() == 0);
    told += daemon.all_stderr_text();
    std::ifstream database(daemon.database(), std::ios::binary);
    told.append(std::istreambuf_iterator<char>(database), {});
    for (const std::string secret : {"hunter2-of-the", "aHVudGVyMi1vZi10aGUt", "p@ssphrase", "p%40ssphrase",
                                     "bWU6cEBzc3BocmFzZQ", "0123456789ab", "literal-key-1", "hunter2-of"}) {
        CAPTURE(secret);
        CHECK(told.find(secret) == std::string::npos);
    }
}
