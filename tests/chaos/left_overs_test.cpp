#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace webhookd;
namespace fs = std::filesystem;
using test::contains;
using test::daemon_fixture;
using test::run;
using test::wait_for_condition;

namespace {

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(folder))
        names.push_back(each.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

mode_t mode_of(const fs::path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

struct command {
    std::string name;
    std::vector<std::string> arguments; ///< the output's path comes last
};

std::vector<command> commands(const daemon_fixture& daemon) {
    return {{"export",
             {"events", "export", "--admin", test::address(daemon.admin_port()), "--format", "ndjson",
              "--payload", "--out"}},
            {"backup", {"backup", "--database", daemon.database().string(), "--force", "--to"}}};
}

std::vector<std::string> with(std::vector<std::string> arguments, const std::string& last) {
    arguments.push_back(last);
    return arguments;
}

void fill(daemon_fixture& daemon, int count) {
    for (int i = 1; i <= count; ++i)
        test::keep(daemon, "action.opened", static_cast<std::uint64_t>(i));
}

} // namespace

TEST_CASE("what a killed export or backup has left does not hinder the next, which tidies up",
          "[chaos][files]") {
    daemon_fixture daemon;
    fill(daemon, 20);
    for (const auto& each : commands(daemon)) {
        CAPTURE(each.name);
        const auto folder = daemon.directory() / each.name;
        fs::create_directory(folder);
        const auto out = folder / "out";
        test::write_text(fs::path(out.string() + ".part"), "of an older version");
        // Killed at some moment, with its file under way or not.
        for (int round = 0; round < 30; ++round) {
            auto argv = with(each.arguments, out.string());
            argv.insert(argv.begin(), test::daemon_program());
            test::process killed({.argv = argv});
            ::usleep(static_cast<useconds_t>(500 * round));
            killed.signal(SIGKILL);
            REQUIRE(killed.wait(std::chrono::seconds(30)));
        }
        // As one that was killed leaves it.
        test::write_text(folder / ".out.part-abcdefghijkl", "half");
        const auto done = run(with(each.arguments, out.string()));
        INFO(done.err);
        CHECK(done.code == 0);
        CHECK(names_in(folder) == std::vector<std::string>{"out", "out.part"});
        CHECK(mode_of(out) == 0600);
    }
    CHECK(daemon.post(test::sample("action.opened", 100)).status == 200);
}

TEST_CASE("two at work on one file do not meet, and what stands there is whole", "[chaos][files]") {
    daemon_fixture daemon;
    fill(daemon, 50);
    for (const auto& each : commands(daemon)) {
        CAPTURE(each.name);
        const auto folder = daemon.directory() / each.name;
        fs::create_directory(folder);
        const auto out = folder / "out";
        for (int round = 0; round < 5; ++round) {
            auto argv = with(each.arguments, out.string());
            argv.insert(argv.begin(), test::daemon_program());
            std::vector<test::process> rivals;
            for (int i = 0; i < 4; ++i)
                rivals.emplace_back(test::process_options{.argv = argv});
            for (auto& rival : rivals)
                CHECK(rival.wait(std::chrono::seconds(60)) == test::exit_state{0, 0});
            if (each.name == "backup") {
                CHECK(test::count_events(out) == 50);
            } else {
                const auto text = test::read_text(out);
                CHECK(std::count(text.begin(), text.end(), '\n') == 50);
            }
        }
        CHECK(names_in(folder) == std::vector<std::string>{"out"});
    }
    // Without --force the second one finds the place taken.
    const auto copy = daemon.directory() / "once.db";
    const std::vector<std::string> once{"backup", "--database", daemon.database().string(), "--to",
                                        copy.string()};
    CHECK(run(once).code == 0);
    CHECK(run(once).code == 73);
    CHECK(test::count_events(copy) == 50);
}

TEST_CASE("what is no regular file is written into or refused, and never replaced", "[chaos][files]") {
    daemon_fixture daemon;
    fill(daemon, 3);
    const auto& folder = daemon.directory();
    const auto exporting = commands(daemon)[0].arguments;
    const auto backup = commands(daemon)[1].arguments;

    const auto pipe = folder / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const int reader = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(reader >= 0);
    CHECK(run(with(exporting, pipe.string())).code == 0);
    std::string got(64 * 1024, ' ');
    const auto size = ::read(reader, got.data(), got.size());
    REQUIRE(size > 0);
    got.resize(static_cast<std::size_t>(size));
    CHECK(std::count(got.begin(), got.end(), '\n') == 3);
    CHECK(run(with(backup, pipe.string())).code == 73);
    CHECK(fs::is_fifo(pipe));
    ::close(reader);

    CHECK(run(with(exporting, "/dev/null")).code == 0);
    CHECK(run(with(backup, "/dev/null")).code == 73);
    CHECK(fs::is_character_file("/dev/null"));

    test::write_text(folder / "target", "old");
    fs::create_symlink("target", folder / "link");
    CHECK(run(with(exporting, (folder / "link").string())).code == 0);
    CHECK(run(with(backup, (folder / "link").string())).code == 73);
    CHECK(fs::is_symlink(fs::symlink_status(folder / "link")));
    CHECK(contains(test::read_text(folder / "target"), "action.opened"));
    CHECK(mode_of(folder / "target") == 0600);

    fs::create_symlink("nowhere", folder / "dangling");
    CHECK(run(with(exporting, (folder / "dangling").string())).code != 0);
    CHECK(run(with(backup, (folder / "dangling").string())).code == 73);
    CHECK(fs::is_symlink(fs::symlink_status(folder / "dangling")));
    CHECK_FALSE(fs::exists(folder / "nowhere"));
    CHECK(daemon.post(test::sample("action.opened", 100)).status == 200);
}
