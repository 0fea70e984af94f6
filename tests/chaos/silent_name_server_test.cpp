#include <webhookd/event/sample.hpp>
#include <webhookd/runtime/unique_fd.hpp>

#include "support/admin_api.hpp"
#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/wait_for_condition.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::count_deliveries;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

namespace {

constexpr const char* silent_address = "127.77.53.1";

/// Takes every question and answers none.
runtime::unique_fd silent_name_server() {
    runtime::unique_fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(53);
    ::inet_pton(AF_INET, silent_address, &at.sin_addr);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) fd.reset();
    return fd;
}

/// A program that runs the daemon with a resolv.conf of its own. The question lasts for minutes, so that
/// whoever waits for its end is found out.
std::filesystem::path daemon_with_silent_resolver(const test::temp_directory& directory) {
    const auto resolver = directory / "resolv.conf";
    test::write_text(resolver, std::string("nameserver ") + silent_address + "\nnameserver " +
                                   silent_address + "\noptions timeout:30 attempts:5\n");
    const auto program = directory / "daemon";
    test::write_text(program,
                     "#!/bin/sh\nexec unshare --mount /bin/sh -c 'mount --bind \"$0\" /etc/resolv.conf && "
                     "exec \"$@\"' " +
                         resolver.string() + " " + test::daemon_program() + " \"$@\"\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return program;
}

std::string opened(std::uint64_t seed) {
    return event::make_sample("action.opened", {.seed = seed}).value();
}

} // namespace

TEST_CASE("a host whose name server is silent holds up neither other receivers nor the end", "[chaos]") {
    const auto name_server = silent_name_server();
    if (::geteuid() != 0 || !name_server || std::system("unshare --mount true 2>/dev/null") != 0) {
        WARN("this test is skipped: it needs root, mount namespaces and port 53 of " << silent_address);
        return;
    }
    const test::temp_directory directory;
    test::chaos_sink sink;
    daemon_setup setup;
    setup.binary = daemon_with_silent_resolver(directory);
    setup.server = "  shutdown_grace: 1s\n";
    setup.handlers = "  lost: { type: forward, url: \"http://receiver.silent.test/hook\", timeout: 500ms }\n"
                     "  crm: { type: forward, url: \"" +
                     sink.url() + "\" }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [lost, crm] }\n";
    daemon_fixture daemon(setup);
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        REQUIRE(daemon.post(opened(seed)).status == 200);
    // Transfers to the lost host end by their timeout, again and again.
    REQUIRE(wait_for_condition([&] {
        return daemon.stderr_text().find("an attempt failed; there will be another") != std::string::npos;
    }));
    for (std::uint64_t seed = 4; seed <= 30; ++seed)
        REQUIRE(daemon.post(opened(seed)).status == 200);
    CHECK(wait_for_condition([&] { return count_deliveries(daemon, "handler=crm&state=successful") == 30; }));
    CHECK(daemon.terminate(30s) == 0);

    // On the same store, with the system's own resolver again, nothing is lost.
    CHECK(sink.requests().size() == 30);
    auto again = daemon.setup();
    again.binary = test::daemon_program();
    again.directory = daemon.directory();
    again.handlers = "  lost: { type: forward, url: \"" + sink.url("/found") +
                     "\" }\n  crm: { type: forward, url: \"" + sink.url() + "\" }\n";
    daemon_fixture recovered(again);
    CHECK(wait_for_condition([&] { return count_deliveries(recovered, "state=successful") == 60; }, 120s));
}
