#include <webhookd/files/unique_fd.hpp>

#include "handler/shell_launch.hpp"
#include "handler/shell_process.hpp"
#include "support/shell_runner.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>

#include <optional>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

pid_t start(const std::string& command) {
    const files::unique_fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const handler::launch_settings settings{{"sh", "-c", command}, {}, {}, {}};
    const auto l = handler::launch(settings, "/bin/sh", {"PATH=/usr/bin:/bin"}, {null.get(), null.get()});
    REQUIRE(l.pid > 0);
    return l.pid;
}

} // namespace

TEST_CASE("the end of a child is told once, with its code", "[handler][shell]") {
    boost::asio::io_context loop;
    handler::child_process child(loop);
    REQUIRE(child.adopt(start("exit 9")) == 0);
    std::optional<handler::exit_status> ended;
    child.async_wait([&](const boost::system::error_code& ec) {
        if (!ec) ended = child.reap();
    });
    loop.run();
    REQUIRE(ended.has_value());
    CHECK(ended->code == 9);
    CHECK(ended->signal == 0);
    child.signal_group(SIGKILL); // its number may be somebody else's by now: nothing happens
    CHECK_FALSE(test::has_children());
}

TEST_CASE("a child that is dropped is killed and leaves no zombie", "[handler][shell]") {
    boost::asio::io_context loop;
    const auto pid = start("trap '' TERM; sleep 600");
    {
        handler::child_process child(loop);
        REQUIRE(child.adopt(pid) == 0);
        CHECK_FALSE(test::process_gone(pid));
    }
    CHECK(test::process_gone(pid));
    CHECK_FALSE(test::has_children());
}
