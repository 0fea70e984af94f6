#include "support/shell_runner.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>

using namespace webhookd;
using handler::verdict;
using test::shell_command;
using test::shell_delivery;
using test::shell_runner;

TEST_CASE("a program runs in its working directory, and waits for one that is missing", "[shell]") {
    const test::temp_directory directory;
    auto settings = shell_command("pwd");
    settings.working_directory = directory / "missing";
    if (GENERATE(false, true)) settings.limits.open_files = 64; // by fork
    shell_runner runner(settings);
    const auto o = runner.run();
    CHECK(o.verdict == verdict::retry);
    CHECK(o.status == 127);
    CHECK(o.reason == "cannot be run: working directory: No such file or directory");
    CHECK_FALSE(test::has_children());
    std::filesystem::create_directory(settings.working_directory);
    CHECK(runner.run().output == std::filesystem::canonical(settings.working_directory).string());
}

TEST_CASE("a relative program counts from the working directory", "[shell]") {
    config::shell_handler settings;
    settings.argv = {"./sh", "-c", "echo here"};
    settings.working_directory = "/bin";
    CHECK(shell_runner(settings).run().output == "here");
    settings.limits.open_files = 64;
    CHECK(shell_runner(settings).run().output == "here");
    settings.argv[0] = "./no-such-program";
    shell_runner runner(settings);
    CHECK(runner.run().reason == "cannot be run: ./no-such-program: No such file or directory");
    CHECK_FALSE(test::has_children());
}

TEST_CASE("limits hold for the program", "[shell]") {
    auto settings = shell_command("ulimit -n; ulimit -v; ulimit -t; ulimit -H -n");
    settings.limits = {config::byte_size{256 << 20}, std::chrono::milliseconds(1500), 64};
    shell_runner runner(settings);
    CHECK(runner.run().output == "64\n262144\n2\n64");
    settings.command = "[ $UNIVERSIGN_ATTEMPT = 2 ] || while :; do :; done";
    settings.limits.cpu_time = std::chrono::seconds(1);
    shell_runner endless(settings);
    const auto o = endless.run();
    CHECK(o.verdict == verdict::retry);
    CHECK(o.status == 128 + SIGXCPU);
    CHECK(o.reason == "killed by signal 24 (CPU time limit exceeded)");
    auto d = shell_delivery();
    d.attempt = 2;
    CHECK(endless.run(d).verdict == verdict::successful);
}

TEST_CASE("a program runs as another user, with nothing of root's left", "[shell]") {
    // Who may not change users can still name itself.
    const bool root = ::geteuid() == 0;
    const auto* const user = ::getpwnam(root ? "nobody" : ::getpwuid(::geteuid())->pw_name);
    REQUIRE(user != nullptr);
    const auto expected = std::to_string(user->pw_uid) + '\n' + std::to_string(user->pw_gid) + '\n' +
                          user->pw_dir + "\nCapEff:\t0000000000000000\nbody\nbody";
    auto settings = shell_command("id -u; id -g; echo $HOME; grep CapEff /proc/self/status; cat; echo; "
                                  "cat /dev/stdin");
    settings.user = user->pw_name;
    shell_runner runner(settings);
    const auto o = runner.run(shell_delivery("body"));
    CHECK(o.verdict == verdict::successful);
    CHECK(o.output == expected);
    if (root) {
        settings.command = "id -G";
        CHECK(shell_runner(settings).run().output == std::to_string(user->pw_gid));
        settings.working_directory = "/root";
        CHECK(shell_runner(settings).run().reason == "cannot be run: working directory: Permission denied");
    }
    CHECK(runner.run(shell_delivery("body")).output == expected);
}

TEST_CASE("another user is refused at once where the daemon may not change users", "[shell]") {
    auto settings = shell_command("true");
    settings.user = "root"; // which is another one for root, too: its groups may be others
    std::string said;
    std::thread([&] {
        // Capabilities are a thread's own.
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
        REQUIRE(::syscall(SYS_capset, &header, none.data()) == 0);
        try {
            shell_runner runner(settings);
        } catch (const std::exception& e) {
            said = e.what();
        }
    }).join();
    CHECK_THAT(said, Catch::Contains("user root takes CAP_SETUID, CAP_SETGID, CAP_KILL"));
}

TEST_CASE("other users' programs end with the timeout too", "[shell]") {
    auto settings = shell_command("[ $UNIVERSIGN_ATTEMPT = 2 ] || exec sleep 600");
    settings.user = ::geteuid() == 0 ? "nobody" : ::getpwuid(::geteuid())->pw_name;
    shell_runner runner(settings, std::chrono::milliseconds(500));
    const auto o = runner.run();
    CHECK(o.verdict == verdict::retry);
    CHECK(o.reason == "killed after 500 ms");
    CHECK_FALSE(test::has_children());
    auto d = shell_delivery();
    d.attempt = 2;
    CHECK(runner.run(d).verdict == verdict::successful);
}
