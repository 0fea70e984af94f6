#include <webhookd/runtime/unique_fd.hpp>

#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/wait_for_condition.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

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

std::vector<runtime::unique_fd> connect_idle(std::uint16_t port, int count) {
    std::vector<runtime::unique_fd> all;
    for (int i = 0; i < count; ++i) {
        runtime::unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
        all.push_back(std::move(fd));
    }
    return all;
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
    {
        const auto strangers = connect_idle(daemon.ingest_port(), 120);
        REQUIRE(daemon.says("Too many open files"));
        REQUIRE(daemon.post(test::sample("action.opened", 2)).status == 200);
        REQUIRE(daemon.says("an attempt could not be made"));
    }
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
