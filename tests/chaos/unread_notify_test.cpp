#include <webhookd/event/sample.hpp>
#include <webhookd/files/unique_fd.hpp>

#include "support/daemon.hpp"
#include "support/notify_socket.hpp"

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <string>

using namespace webhookd;

namespace {

/// Until no message fits into the manager's queue any more.
void fill(const std::filesystem::path& path) {
    const files::unique_fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.string().size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, path.c_str());
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    while (::sendto(socket.get(), "X=1", 3, MSG_DONTWAIT, to, sizeof address) == 3)
        ;
    REQUIRE(errno == EAGAIN);
}

} // namespace

TEST_CASE("a service manager that does not read keeps the daemon neither from its work nor from its end",
          "[chaos]") {
    const test::temp_directory directory;
    test::notify_socket manager(directory / "notify");
    fill(directory / "notify");
    test::daemon_setup setup;
    setup.environment = {manager.environment(), "WATCHDOG_USEC=200000"};
    test::daemon_fixture daemon(setup);
    const auto body = event::make_sample("action.opened", {}).value();
    CHECK(daemon.post(body).status == 200);
    CHECK(daemon.terminate() == 0);

    daemon.start();
    CHECK(manager.await("WATCHDOG=1")); // it reads again
    CHECK_THAT(daemon.post(body).body, Catch::Contains("duplicate"));
    CHECK(daemon.terminate() == 0);
}
