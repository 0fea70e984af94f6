#include "support/process.hpp"
#include "support/shell_runner.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace webhookd;
using handler::verdict;
using test::shell_command;
using test::shell_delivery;
using test::shell_runner;
using test::wait_for_condition;

namespace {

/// Runs in a folder of its own. Its first attempt does what the test asks for, a second one nothing.
class ended_run {
public:
    explicit ended_run(const std::string& script, std::chrono::milliseconds timeout = std::chrono::minutes(2))
        : runner_(settings_for(script, directory_), timeout) {}

    std::future<handler::outcome> start() { return runner_.start(); }
    handler::outcome cancelled() {
        auto running = start();
        REQUIRE(wait_for_condition([&] { return std::filesystem::exists(directory_ / "ready"); }));
        runner_.cancel();
        return test::outcome_of(running);
    }
    /// The numbers that the script wrote to the file `pids`.
    std::vector<pid_t> pids() const {
        std::istringstream in(test::read_text(directory_ / "pids"));
        std::vector<pid_t> numbers;
        for (pid_t pid = 0; in >> pid;)
            numbers.push_back(pid);
        return numbers;
    }
    void check_recovery() {
        CHECK_FALSE(test::has_children());
        auto d = shell_delivery();
        d.attempt = 2;
        CHECK(runner_.run(d).verdict == verdict::successful);
    }
    shell_runner& runner() { return runner_; }

private:
    static config::shell_handler settings_for(const std::string& script,
                                              const test::temp_directory& directory) {
        auto settings = shell_command("[ $UNIVERSIGN_ATTEMPT = 1 ] || exit 0; " + script);
        settings.working_directory = directory.path();
        return settings;
    }

    test::temp_directory directory_;
    shell_runner runner_;
};

} // namespace

TEST_CASE("the timeout ends a program and all that it started", "[shell]") {
    ended_run run("(sh -c 'echo $$ >> pids; sleep 600' & echo $! >> pids; sleep 600) & "
                  "echo $$ $! >> pids; echo begun; wait",
                  std::chrono::seconds(2));
    auto running = run.start();
    const auto o = test::outcome_of(running);
    CHECK(o.verdict == verdict::retry);
    CHECK(o.reason == "killed after 2 s");
    CHECK(o.status == 128 + SIGTERM);
    CHECK(o.output == "begun");
    const auto pids = run.pids();
    CHECK(pids.size() == 4);
    for (const auto pid : pids)
        CHECK(wait_for_condition([&] { return test::process_gone(pid); }));
    run.check_recovery();
}

TEST_CASE("a program that ignores SIGTERM is killed", "[shell]") {
    ended_run run("trap '' TERM; echo $$ > pids; while :; do sleep 1; done", std::chrono::seconds(1));
    auto running = run.start();
    const auto o = test::outcome_of(running);
    CHECK(o.verdict == verdict::retry);
    CHECK(o.reason == "killed after 1 s");
    CHECK(o.status == 128 + SIGKILL);
    REQUIRE(run.pids().size() == 1);
    CHECK(test::process_gone(run.pids()[0]));
    run.check_recovery();
}

TEST_CASE("a program is given the time to put things in order", "[shell]") {
    ended_run run("trap 'echo tidied; exit 0' TERM; sleep 600 & touch ready; wait");
    const auto o = run.cancelled();
    CHECK(o.verdict == verdict::abandoned);
    CHECK(o.reason == "cancelled");
    CHECK(o.status == 0);
    CHECK_THAT(o.output, Catch::EndsWith("tidied")); // after what the shell may say of its sleep
    run.check_recovery();
}

TEST_CASE("so are those that outlive the main process", "[shell]") {
    ended_run run(
        "sh -c 'trap \"sleep 0.1; echo tidied; exit\" TERM; touch ready; while :; do sleep 0.1; done' & "
        "sleep 600");
    const auto o = run.cancelled();
    CHECK(o.verdict == verdict::abandoned);
    CHECK_THAT(o.output, Catch::EndsWith("tidied")); // after what the shell says of its sleep
    run.check_recovery();
}

TEST_CASE("those that outlive the main process and ignore SIGTERM are killed", "[shell]") {
    const auto* const output = GENERATE("", " >/dev/null 2>&1"); // holding the attempt's output, or not
    ended_run run("sh -c 'trap \"\" TERM; echo $$ > pids; touch ready; while :; do sleep 1; done'" +
                  std::string(output) + " & sleep 600");
    CHECK(run.cancelled().verdict == verdict::abandoned);
    REQUIRE(run.pids().size() == 1);
    const auto pid = run.pids()[0];
    CHECK(wait_for_condition([&] { return test::process_gone(pid); }));
    run.check_recovery();
}

TEST_CASE("cancel ends all attempts under way, and none that begin later", "[shell]") {
    ended_run run("echo $$ >> pids; sleep 600");
    run.runner().cancel(); // with nothing to end
    std::vector<std::future<handler::outcome>> running;
    for (int i = 0; i < 5; ++i)
        running.push_back(run.start());
    REQUIRE(wait_for_condition([&] { return run.pids().size() == running.size(); }));
    const auto pids = run.pids();
    run.runner().cancel();
    for (auto& each : running) {
        const auto o = test::outcome_of(each);
        CHECK(o.verdict == verdict::abandoned);
        CHECK(o.status == 128 + SIGTERM);
    }
    for (const auto pid : pids)
        CHECK(wait_for_condition([&] { return test::process_gone(pid); }));
    run.check_recovery();
}
