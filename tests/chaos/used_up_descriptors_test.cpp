#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

namespace {

/// The daemon under a limit of descriptors: an option of the shell's `ulimit`.
std::filesystem::path daemon_under(const test::temp_directory& directory, const std::string& limit) {
    const auto program = directory / "daemon";
    test::write_text(program,
                     "#!/bin/sh\nulimit " + limit + "\nexec " + test::daemon_program() + " \"$@\"\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return program;
}

/// From now on the daemon opens nothing more, whatever it closes; what it has open works on. Connecting
/// strangers would take what is left too, but it gives theirs up for others' sake.
void allow_descriptors(pid_t daemon, rlim_t most) {
    rlimit limit{};
    REQUIRE(::prlimit(daemon, RLIMIT_NOFILE, nullptr, &limit) == 0);
    limit.rlim_cur = most;
    REQUIRE(::prlimit(daemon, RLIMIT_NOFILE, &limit, nullptr) == 0);
}

} // namespace

TEST_CASE("without descriptors left a delivery waits, uncounted, and runs when there are some", "[chaos]") {
    const bool program = GENERATE(true, false);
    const test::temp_directory directory;
    test::chaos_sink sink;
    daemon_setup setup;
    setup.binary = daemon_under(directory, "-n 90");
    // One attempt is all: what does not count cannot make a dead letter of it.
    setup.handlers = (program ? "  hook: { type: shell, command: 'true', "
                              : "  hook: { type: forward, url: \"" + sink.url() + "\", ") +
                     std::string("retry: { max_attempts: 1 } }\n");
    setup.routes = "  - { name: all, match: \"*\", handlers: hook }\n";
    daemon_fixture daemon(setup);
    if (!program) sink.next(test::chaos::go_silently());
    REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 200); // opens what is opened once
    REQUIRE(wait_for_condition(
        [&] { return count_deliveries(daemon, program ? "state=successful" : "state=failed") == 1; }));
    const auto pid = daemon.running().pid();
    allow_descriptors(pid, 3);
    // Over the connection that it has.
    REQUIRE(daemon.post(test::sample("action.opened", 2)).status == 200);
    REQUIRE(daemon.says("an attempt could not be made"));
    test::raw_client newcomer(daemon.ingest_port());
    newcomer.send("GET / HTTP/1.1\r\nHost: hooks.example\r\n\r\n");
    REQUIRE(daemon.says("Too many open files"));
    allow_descriptors(pid, 90);
    CHECK(newcomer.read_answer().status == 404); // it waited in the backlog
    CHECK(wait_for_condition(
        [&] { return daemon.get("/v1/deliveries/2").body.find("\"successful\"") != std::string::npos; }));
    CHECK(test::ask(daemon, "/v1/deliveries/2")["attempts"].GetInt64() == 1);
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("the daemon may open all that it is allowed to, and its programs what they always might",
          "[chaos]") {
    const test::temp_directory directory;
    daemon_setup setup;
    setup.binary = daemon_under(directory, "-Sn 200");
    const auto told = directory / "told";
    setup.handlers = "  hook: { type: shell, command: 'ulimit -Sn > " + told.string() + "' }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: hook }\n";
    daemon_fixture daemon(setup);
    REQUIRE(daemon.post(test::sample("action.opened", 1)).status == 200);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=successful") == 1; }));
    CHECK(test::read_text(told) == "200\n");
    const auto limits = test::read_text("/proc/" + std::to_string(daemon.running().pid()) + "/limits");
    const auto line = limits.substr(limits.find("Max open files"));
    std::istringstream words(line.substr(sizeof "Max open files"));
    std::string soft, hard;
    words >> soft >> hard;
    CHECK(soft == hard);
    CHECK(daemon.terminate() == 0);
}
