#include <webhookd/handler/handler.hpp>

#include "support/files.hpp"
#include "support/process.hpp"
#include "support/shell_runner.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <string>

using namespace webhookd;
using handler::verdict;
using test::shell_command;
using test::shell_delivery;
using test::shell_runner;

namespace {

std::string large_body() {
    std::string body;
    while (body.size() < 5 * 1024 * 1024)
        body += "all bytes as they came: \0\xff\r\n" + std::to_string(body.size());
    return body;
}

} // namespace

TEST_CASE("a body arrives byte for byte", "[shell]") {
    const test::temp_directory directory;
    auto settings = shell_command("cmp - sent && cmp /dev/stdin sent && echo same");
    settings.working_directory = directory.path();
    shell_runner runner(settings);
    for (const auto& body : {std::string(), std::string("{}"), std::string("\0\xff\r\n", 4), large_body()}) {
        test::write_text(directory / "sent", body);
        const auto o = runner.run(shell_delivery(body));
        CHECK(o.verdict == verdict::successful);
        CHECK(o.output == "same");
    }
}

TEST_CASE("a large body holds up nobody, however the program treats it", "[shell]") {
    const auto body = large_body();
    const std::string size = std::to_string(body.size());
    CHECK(shell_runner("true").run(shell_delivery(body)).verdict == verdict::successful);
    CHECK(shell_runner("exec <&-; echo closed").run(shell_delivery(body)).output == "closed");
    CHECK(shell_runner("head -c 10 >/dev/null; exit 3").run(shell_delivery(body)).status == 3);
    const auto slowly = shell_runner("dd bs=1000 count=1 of=/dev/null 2>/dev/null; sleep 0.1; wc -c")
                            .run(shell_delivery(body));
    CHECK(slowly.verdict == verdict::successful);
    CHECK(slowly.output == std::to_string(body.size() - 1000));
    CHECK(shell_runner("wc -c").run(shell_delivery(body)).output == size);
}

TEST_CASE("attempts do not share their input", "[shell]") {
    const char* const command = "read -r line; echo \"$line\"; echo spoilt >&0";
    shell_runner runner(command);
    CHECK_THAT(runner.run(shell_delivery("first\n")).output, Catch::StartsWith("first"));
    CHECK_THAT(runner.run(shell_delivery("second\n")).output, Catch::StartsWith("second"));
}

TEST_CASE("more output than is kept blocks no program", "[shell]") {
    shell_runner runner("yes | head -c 20000000; echo y >&2; exit $((UNIVERSIGN_ATTEMPT - 1))");
    const auto o = runner.run();
    CHECK(o.verdict == verdict::successful);
    CHECK(o.output.size() == handler::max_output - 1); // without the last line end
    CHECK_THAT(o.output, Catch::StartsWith("y\ny\ny\n"));
}

TEST_CASE("output without end ends with the timeout", "[shell]") {
    shell_runner runner(shell_command("[ $UNIVERSIGN_ATTEMPT = 2 ] || exec yes"), std::chrono::seconds(1));
    const auto o = runner.run();
    CHECK(o.verdict == verdict::retry);
    CHECK(o.reason == "killed after 1 s");
    CHECK(o.output.size() == handler::max_output - 1);
    auto d = shell_delivery();
    d.attempt = 2;
    CHECK(runner.run(d).verdict == verdict::successful);
}

TEST_CASE("a program that closes its output runs on to its end", "[shell]") {
    shell_runner runner("echo last words; exec >&- 2>&-; sleep 0.1; exit 5");
    const auto o = runner.run();
    CHECK(o.status == 5);
    CHECK(o.output == "last words");
}

TEST_CASE("what a program leaves in the background holds up nothing and runs on", "[shell]") {
    shell_runner runner("sleep 600 & echo $!");
    const auto leave_behind = [&] {
        const auto o = runner.run();
        CHECK(o.verdict == verdict::successful);
        const auto left = static_cast<pid_t>(std::stol(o.output));
        CHECK_FALSE(test::process_gone(left));
        REQUIRE(::kill(left, SIGKILL) == 0);
    };
    leave_behind();
    // Not even one that writes for ever: the pipe breaks after a megabyte.
    shell_runner noisy("yes & sleep 0.1");
    CHECK(noisy.run().verdict == verdict::successful);
    CHECK_FALSE(test::has_children());
    leave_behind();
}

TEST_CASE("what a program leaves in the background may go on writing when the program has ended", "[shell]") {
    const test::temp_directory directory;
    const auto proof = (directory / "proof").string();
    shell_runner runner(("(while [ ! -e " + proof +
                         ".go ]; do sleep 0.01; done; echo later; echo again >&2; "
                         "echo done > " +
                         proof + ") & echo now")
                            .c_str());
    const auto o = runner.run();
    CHECK(o.verdict == verdict::successful);
    CHECK(o.output == "now");
    const auto while_it_reads = test::open_descriptors();
    test::write_text(proof + ".go", "");
    CHECK(test::wait_for_condition([&] { return test::read_text(proof) == "done\n"; }));
    CHECK(test::wait_for_condition([&] { return test::open_descriptors() < while_it_reads; }));
}
