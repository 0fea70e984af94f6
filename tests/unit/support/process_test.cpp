#include "support/process.hpp"
#include "support/process_usage.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <string>
#include <system_error>

using namespace webhookd::test;
using namespace std::chrono_literals;

TEST_CASE("a child's exit code, output and environment are to be had", "[support][process]") {
    const temp_directory directory;
    process child({{"sh", "-c", "echo \"$GREETING\"; echo trouble >&2; exit 7"},
                   {"GREETING=hello"},
                   directory.path() / "out",
                   directory.path() / "err"});
    CHECK(child.wait(30s) == exit_state{7, 0});
    CHECK_FALSE(child.running());
    CHECK(child.wait(0s) == exit_state{7, 0});
    CHECK(read_text(directory.path() / "out") == "hello\n");
    CHECK(read_text(directory.path() / "err") == "trouble\n");
}

TEST_CASE("a wait is bounded, and a signal shows in how the child ended", "[support][process]") {
    process child({{"sleep", "600"}, {}, {}, {}});
    CHECK(child.wait(10ms) == std::nullopt);
    CHECK(child.running());
    CHECK(usage_of(child.pid()).peak_rss_bytes > 0);
    child.signal(SIGTERM);
    CHECK(child.wait(30s) == exit_state{-1, SIGTERM});
}

TEST_CASE("the destructor ends the child and what it started", "[support][process]") {
    const temp_directory directory;
    pid_t grandchild = 0;
    {
        process child({{"sh", "-c", "sleep 600 & echo $!; wait"}, {}, directory.path() / "out", {}});
        REQUIRE(wait_for_condition([&] { return read_text(directory.path() / "out").ends_with('\n'); }));
        grandchild = std::stoi(read_text(directory.path() / "out"));
        CHECK(usage_of(grandchild).peak_rss_bytes > 0);
    }
    // Its new parent may leave it a zombie for a while, which has no memory any more.
    CHECK(wait_for_condition([&] { return usage_of(grandchild).peak_rss_bytes == 0; }));
}

TEST_CASE("the CPU time of children counts once they have ended", "[support][process]") {
    const std::string work = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
    process child({{"sh", "-c", "sh -c '" + work + "'; sleep 600"}, {}, {}, {}});
    CHECK(wait_for_condition([&] { return usage_of(child.pid()).children_cpu > 0ms; }));
}

TEST_CASE("a program that is not there is an error and no child", "[support][process]") {
    CHECK_THROWS_AS(process({{"/nowhere/program"}, {}, {}, {}}), std::system_error);
    CHECK_THROWS_AS(process({{}, {}, {}, {}}), std::system_error);
}
