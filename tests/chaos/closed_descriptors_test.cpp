#include <webhookd/event/sample.hpp>

#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <filesystem>
#include <set>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::wait_for_condition;

TEST_CASE("a daemon that starts without standard descriptors keeps its files clean", "[chaos]") {
    const std::string closed = GENERATE("2>&-", "1>&- 2>&-", "<&- >&- 2>&-");
    CAPTURE(closed);
    const test::temp_directory directory;
    const auto ingest = test::free_port();
    const auto admin = test::free_port();
    test::write_text(directory / "jwks.json", test::shared_key().jwks());
    test::write_text(directory / "c.yaml",
                     "server: { listen: [\"127.0.0.1:" + std::to_string(ingest) +
                         "\"] }\nadmin: { listen: [\"127.0.0.1:" + std::to_string(admin) +
                         "\"] }\nendpoints:\n  - name: production\n    path: /hook\n"
                         "    signature: { jwks: { file: \"" +
                         (directory / "jwks.json").string() +
                         "\" } }\nstorage: { url: \"sqlite:" + (directory / "events.db").string() +
                         "\" }\nlog: { level: debug }\nhandlers: { audit: { type: log } "
                         "}\nroutes: [{ name: all, match: \"*\", handlers: [audit] }]\n");
    test::process daemon({.argv = {"sh", "-c", "exec \"$0\" serve --config \"$1\" " + closed,
                                   test::daemon_program(), (directory / "c.yaml").string()}});
    REQUIRE(wait_for_condition([&] {
        try {
            return test::http_connection(admin).get("/readyz").status == 200;
        } catch (const std::exception&) {
            return false;
        }
    }));
    const auto body = event::make_sample("action.opened", {}).value();
    CHECK(test::http_connection(ingest).post_webhook("/hook", body, test::shared_key().sign(body)).status ==
          200);
    const auto descriptors = std::filesystem::path("/proc") / std::to_string(daemon.pid()) / "fd";
    if (closed.starts_with('<')) {
        for (const auto* each : {"0", "1", "2"})
            CHECK(std::filesystem::read_symlink(descriptors / each) == "/dev/null");
    }
    CHECK(std::filesystem::read_symlink(descriptors / "2") == "/dev/null");
    daemon.signal(SIGTERM);
    const auto ended = daemon.wait(60s);
    REQUIRE(ended.has_value());
    CHECK(ended->code == 0);
    for (const auto& each : std::filesystem::recursive_directory_iterator(directory.path())) {
        if (!each.is_regular_file()) continue;
        CAPTURE(each.path().string());
        CHECK(test::read_text(each.path()).find("\"message\":\"listening\"") == std::string::npos);
    }
}
