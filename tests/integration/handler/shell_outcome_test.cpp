#include <webhookd/files/unique_fd.hpp>

#include "support/files.hpp"
#include "support/process.hpp"
#include "support/shell_runner.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using namespace webhookd;
using handler::verdict;
using test::shell_command;
using test::shell_delivery;
using test::shell_runner;

namespace {

void write_script(const std::filesystem::path& file, const std::string& text) {
    test::write_text(file, text);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

/// Leaves no descriptor free, as long as it lives.
class all_descriptors {
public:
    all_descriptors() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        const rlimit few{256, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
        for (int fd = 0; (fd = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0;)
            taken_.emplace_back(fd);
    }
    ~all_descriptors() {
        taken_.clear();
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    all_descriptors(const all_descriptors&) = delete;
    all_descriptors& operator=(const all_descriptors&) = delete;

    /// False when none is left.
    bool give_one_back() {
        if (taken_.empty()) return false;
        taken_.pop_back();
        return true;
    }

private:
    rlimit before_{};
    std::vector<files::unique_fd> taken_;
};

} // namespace

TEST_CASE("a program's exit code decides, and its output is kept", "[shell]") {
    // The first attempt fails, the second does not: what the program says, it says from its environment.
    shell_runner runner("echo out; echo err >&2; echo $UNIVERSIGN_ATTEMPT; exit $((UNIVERSIGN_ATTEMPT % 4))");
    auto d = shell_delivery();
    d.attempt = 3;
    const auto failed = runner.run(d);
    CHECK(failed.verdict == verdict::retry);
    CHECK(failed.status == 3);
    CHECK(failed.reason == "exit code 3");
    CHECK(failed.output == "out\nerr\n3");
    d.attempt = 4;
    const auto done = runner.run(d);
    CHECK(done.verdict == verdict::successful);
    CHECK(done.status == 0);
    CHECK(done.reason.empty());
    CHECK(done.output == "out\nerr\n4");
}

TEST_CASE("a program that a signal ends is tried again", "[shell]") {
    shell_runner runner("[ $UNIVERSIGN_ATTEMPT = 2 ] || kill -SEGV $$");
    auto d = shell_delivery();
    const auto failed = runner.run(d);
    CHECK(failed.verdict == verdict::retry);
    CHECK(failed.status == 139);
    CHECK(failed.reason == "killed by signal 11 (Segmentation fault)");
    d.attempt = 2;
    CHECK(runner.run(d).verdict == verdict::successful);
}

TEST_CASE("a program that is not there, or not a program, is tried again until it is", "[shell]") {
    const test::temp_directory directory;
    const auto tool = directory / "tool";
    config::shell_handler settings;
    settings.argv = {"tool", "$UNIVERSIGN_EVENT_ID; exit 9", ""};
    settings.env["PATH"] = directory.path().string() + ":/usr/bin:/bin";
    shell_runner runner(settings);
    const auto missing = runner.run();
    CHECK(missing.verdict == verdict::retry);
    CHECK(missing.status == 127);
    CHECK(missing.reason == "cannot be run: tool: No such file or directory");
    test::write_text(tool, "#!/bin/sh\n");
    const auto refused = runner.run();
    CHECK(refused.verdict == verdict::retry);
    CHECK(refused.status == 126);
    CHECK(refused.reason == "cannot be run: tool: Permission denied");
    write_script(tool, "neither a script nor a binary\n");
    CHECK(runner.run().reason == "cannot be run: tool: Exec format error");
    write_script(tool, "#!/bin/sh\nprintf '%s|' \"$#\" \"$@\"\n");
    const auto found = runner.run();
    CHECK(found.verdict == verdict::successful);
    CHECK(found.output == "2|$UNIVERSIGN_EVENT_ID; exit 9||");
}

TEST_CASE("what an event says never becomes shell code", "[shell]") {
    const test::temp_directory directory;
    const auto touched = directory / "touched";
    const auto kept = directory / "kept";
    auto settings = shell_command("set -u; printf %s \"$UNIVERSIGN_STATE\" > kept; cat > body; "
                                  "eval : \"\\$UNIVERSIGN_OBJECT_ID\"; echo $UNIVERSIGN_TRANSACTION_ID "
                                  "$UNIVERSIGN_EVENT_TYPE $UNIVERSIGN_TRACE_ID >/dev/null");
    settings.working_directory = directory.path();
    shell_runner runner(settings);
    for (const std::string& hostile :
         {std::string("$(touch touched)"), std::string("`touch touched`"), std::string("; touch touched ;"),
          std::string("'\"; touch touched #"), std::string("\ntouch touched\n"),
          std::string("&& touch touched"), std::string("| touch touched"),
          std::string("() { :;}; touch touched"), std::string("\xff\xfe\x80"), std::string(20'000, '$'),
          std::string("-e"), std::string("\\")}) {
        auto d = shell_delivery(hostile);
        auto& e = d.event.envelope;
        for (auto* field :
             {&d.event.endpoint, &d.event.signature, &e.id, &e.type, &e.user_id, &e.trace_id, &e.api_key,
              &e.object_type, &e.object_id, &e.transaction_id, &e.state, &e.stalled_reason})
            *field = hostile;
        CAPTURE(hostile);
        CHECK(runner.run(d).verdict == verdict::successful);
        CHECK_FALSE(std::filesystem::exists(touched));
        CHECK(test::read_text(kept) == hostile);
        CHECK(test::read_text(directory / "body") == hostile);
    }
}

TEST_CASE("a secret that a script prints is not kept", "[shell]") {
    auto settings = shell_command("set -x; : \"$TOKEN\"; echo \"$TOKEN\"; env | grep TOKEN");
    settings.env["TOKEN"] = "correct-horse-battery";
    const auto o = shell_runner(settings).run();
    CHECK(o.verdict == verdict::successful);
    CHECK_THAT(o.output, !Catch::Contains("correct"));
    CHECK_THAT(o.output, Catch::Contains("+ : [TOKEN]\n") && Catch::Contains("\n[TOKEN]\n") &&
                             Catch::Contains("\nTOKEN=[TOKEN]"));
}

TEST_CASE("a program starts with a clean slate, whatever the daemon blocks, ignores and has open",
          "[shell]") {
    sigset_t blocked, before;
    sigfillset(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before); // the loop's thread inherits it
    auto* const ignored = signal(SIGPIPE, SIG_IGN);
    const int leaky = ::open("/dev/null", O_RDONLY);
    REQUIRE(leaky >= 0);

    // The two signals that threads use among themselves do not count: posix_spawn ignores them.
    auto settings = shell_command("grep SigBlk /proc/self/status; "
                                  "ign=$(sed -n 's/^SigIgn:.//p' /proc/self/status); "
                                  "echo $((0x$ign & ~0x180000000)); ls /proc/self/fd; "
                                  "[ $(cut -d ' ' -f 5 /proc/$$/stat) = $$ ] && echo leader");
    if (GENERATE(false, true)) settings.limits.open_files = 64; // by fork
    const auto o = shell_runner(settings).run();
    ::close(leaky);
    signal(SIGPIPE, ignored);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);

    CHECK(o.verdict == verdict::successful);
    // The fourth is the folder that ls reads.
    CHECK(o.output == "SigBlk:\t0000000000000000\n0\n0\n1\n2\n3\nleader");
}

TEST_CASE("many runs at once leave neither descriptors nor zombies behind", "[shell]") {
    auto settings = shell_command("cat");
    const bool by_fork = GENERATE(false, true);
    if (by_fork) settings.limits.open_files = 64;
    shell_runner runner(settings);
    REQUIRE(runner.run().output == "{}");
    const auto before = test::open_descriptors();
    std::vector<std::future<handler::outcome>> running;
    for (int i = 0; i < 200; ++i)
        running.push_back(runner.start(shell_delivery("body " + std::to_string(i))));
    for (std::size_t i = 0; i < running.size(); ++i) {
        const auto o = test::outcome_of(running[i]);
        CHECK(o.verdict == verdict::successful);
        CHECK(o.output == "body " + std::to_string(i));
    }
    CHECK(test::open_descriptors() == before);
    CHECK_FALSE(test::has_children());
}

// UBSan opens a pipe to look whether an object is one, and takes it for none without descriptors.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("without descriptors left an attempt is put off, and the next one runs", "[shell]") {
    shell_runner runner("true");
    REQUIRE(runner.run().verdict == verdict::successful);
    auto taken = std::make_optional<all_descriptors>();
    std::vector<handler::outcome> outcomes;
    // One more is free each time: every step of a start fails once.
    while (outcomes.empty() || outcomes.back().verdict != verdict::successful) {
        outcomes.push_back(runner.run());
        REQUIRE(taken->give_one_back());
    }
    taken.reset();
    CHECK(outcomes.size() > 3);
    for (std::size_t i = 0; i + 1 < outcomes.size(); ++i) {
        CHECK(outcomes[i].verdict == verdict::abandoned); // it was no attempt
        CHECK_THAT(outcomes[i].reason,
                   Catch::StartsWith("cannot be run: ") && Catch::EndsWith("Too many open files"));
    }
    CHECK_FALSE(test::has_children());
    CHECK(runner.run().verdict == verdict::successful);
}

TEST_CASE("a first program that meets no free descriptor leaves its attempt and its slot intact", "[shell]") {
    shell_runner runner("true");
    auto taken = std::make_optional<all_descriptors>();
    const auto o = runner.run(); // the loop itself cannot open what it watches descriptors with
    taken.reset();
    CHECK(o.verdict == verdict::abandoned);
    CHECK_THAT(o.reason, Catch::StartsWith("cannot be run: "));
    CHECK(runner.run().verdict == verdict::successful);
}
#endif
