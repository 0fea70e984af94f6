#include <webhookd/event/sample.hpp>

#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/notify_socket.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::wait_for_condition;

namespace {

std::optional<pid_t> thread_named(pid_t process, const std::string& name) {
    const auto tasks = std::filesystem::path("/proc") / std::to_string(process) / "task";
    for (const auto& each : std::filesystem::directory_iterator(tasks))
        if (test::read_text(each.path() / "comm") == name + "\n")
            return static_cast<pid_t>(std::stoi(each.path().filename().string()));
    return std::nullopt;
}

/// Lets one thread of a child stand still for as long as it lives, as a debugger does.
class stopped_thread {
public:
    explicit stopped_thread(pid_t thread)
        : thread_(thread) {
        allowed = ::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0;
        if (!allowed) return;
        int status = 0;
        REQUIRE(::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0);
        REQUIRE(::waitpid(thread_, &status, __WALL) == thread_);
    }
    ~stopped_thread() {
        if (allowed) ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
    }
    /// Whether its process ends within the bound, although it stands still. A debugger of a thread must take
    /// note of its end before others see that of the process.
    [[nodiscard]] bool ends() {
        allowed = !wait_for_condition(
            [&] { return ::waitpid(thread_, nullptr, __WALL | WNOHANG) == thread_; }, 60s);
        return !allowed;
    }
    stopped_thread(const stopped_thread&) = delete;
    stopped_thread& operator=(const stopped_thread&) = delete;

    bool allowed = false;

private:
    pid_t thread_;
};

} // namespace

TEST_CASE("a thread that stands still is named by /readyz and keeps the watchdog hungry", "[chaos]") {
    const std::string name = GENERATE("delivery", "writer", "ingest-0", "admin-0", "outbound");
    CAPTURE(name);
    const test::temp_directory directory;
    test::notify_socket manager(directory / "notify");
    test::chaos_sink sink;
    test::daemon_setup setup;
    setup.environment = {manager.environment(), "WATCHDOG_USEC=1000000"};
    setup.server = "  threads: 2\n";
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() + "\" }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [crm] }\n";
    test::daemon_fixture daemon(setup);
    REQUIRE(manager.await("WATCHDOG=1"));
    const auto found = thread_named(daemon.running().pid(), name);
    REQUIRE(found.has_value());
    {
        const stopped_thread stopped(*found);
        if (!stopped.allowed) {
            WARN("this test is skipped: ptrace is not allowed, so no thread can be stopped");
            return;
        }
        if (name != "admin-0") // which is the one that answers
            CHECK(wait_for_condition([&] {
                const auto answer = daemon.get("/readyz");
                return answer.status == 503 &&
                       answer.body.find("\"silent_threads\":[\"" + name + "\"]") != std::string::npos;
            }));
        CHECK(wait_for_condition(
            [&] { return daemon.stderr_text().find("\"threads\":\"" + name + "\"") != std::string::npos; }));
        while (manager.await("WATCHDOG=1", 10ms)) // what was sent before
            ;
        CHECK_FALSE(manager.await("WATCHDOG=1", 2s));
    }
    CHECK(manager.await("WATCHDOG=1"));
    CHECK(wait_for_condition([&] { return daemon.get("/readyz").status == 200; }));
    CHECK(daemon.post(event::make_sample("action.opened", {}).value()).status == 200);
    CHECK(wait_for_condition([&] { return sink.requests().size() == 1; }));
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("a thread that stands still keeps no daemon from its end, and nothing is lost", "[chaos]") {
    const std::string name = GENERATE("delivery", "writer");
    CAPTURE(name);
    test::daemon_setup setup;
    setup.server = "  shutdown_grace: 1s\n";
    test::daemon_fixture daemon(setup);
    const auto body = event::make_sample("action.opened", {}).value();
    CHECK(daemon.post(body).status == 200);
    {
        stopped_thread stopped(thread_named(daemon.running().pid(), name).value());
        if (!stopped.allowed) {
            WARN("this test is skipped: ptrace is not allowed, so no thread can be stopped");
            return;
        }
        daemon.running().signal(SIGTERM);
        REQUIRE(stopped.ends());
    }
    const auto ended = daemon.running().wait(60s);
    REQUIRE(ended.has_value());
    CHECK(ended->code == 70);
    CHECK_THAT(daemon.stderr_text(), Catch::Contains("the stop hangs"));
    daemon.start();
    CHECK_THAT(daemon.post(body).body, Catch::Contains("duplicate"));
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("whoever watches the threads is watched by /readyz", "[chaos]") {
    test::daemon_fixture daemon;
    {
        const stopped_thread stopped(daemon.running().pid());
        if (!stopped.allowed) {
            WARN("this test is skipped: ptrace is not allowed, so no thread can be stopped");
            return;
        }
        CHECK(wait_for_condition([&] {
            return daemon.get("/readyz").body.find("\"silent_threads\":[\"main\"]") != std::string::npos;
        }));
    }
    CHECK(wait_for_condition([&] { return daemon.get("/readyz").status == 200; }));
    CHECK(daemon.terminate() == 0);
}
