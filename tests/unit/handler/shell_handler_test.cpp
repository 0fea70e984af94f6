#include <webhookd/handler/shell_handler.hpp>

#include "handler/shell_launch.hpp"
#include "handler/shell_process.hpp"
#include "support/files.hpp"
#include "support/temp_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <signal.h>

#include <cerrno>
#include <filesystem>
#include <string>

using namespace webhookd;
using handler::verdict;

namespace {

failure refusal(config::shell_handler settings) {
    boost::asio::io_context loop;
    const auto made = handler::make_shell_handler({"archive", std::move(settings)}, loop);
    REQUIRE(made.has_error());
    return made.error();
}

} // namespace

TEST_CASE("how a program ends decides, and only success does not come again", "[handler][shell]") {
    struct example {
        handler::exit_status ended;
        verdict expected;
        int status;
        const char* reason;
    };
    const example examples[] = {
        {{0, 0}, verdict::successful, 0, ""},
        {{3, 0}, verdict::retry, 3, "exit code 3"},
        {{75, 0}, verdict::retry, 75, "exit code 75 (temporary failure)"},
        {{126, 0}, verdict::retry, 126, "exit code 126 (a command cannot be executed)"},
        {{127, 0}, verdict::retry, 127, "exit code 127 (a command was not found)"},
        {{0, SIGSEGV}, verdict::retry, 139, "killed by signal 11 (Segmentation fault)"},
        {{0, SIGRTMIN}, verdict::retry, 128 + SIGRTMIN, "killed by signal 34"},
    };
    for (const auto& [ended, expected, status, reason] : examples) {
        const auto o = handler::judge(ended);
        CHECK(o.verdict == expected);
        CHECK(o.status == status);
        CHECK(o.reason == reason);
    }
    CHECK(handler::killed_after(std::chrono::seconds(60)) == "killed after 60 s");
    CHECK(handler::killed_after(std::chrono::milliseconds(1500)) == "killed after 1500 ms");
}

TEST_CASE("a handler that no program could be given is refused, without its secrets", "[handler][shell]") {
    config::shell_handler s;
    CHECK(refusal(s).code == errc::configuration_invalid);
    s.command = std::string("true\0; false", 12);
    CHECK_THAT(refusal(s).detail, Catch::Contains("`command`"));
    s.command = "true";
    s.env["TOKEN"] = std::string("hidden\0part", 11);
    CHECK_THAT(refusal(s).detail, Catch::Contains("TOKEN") && !Catch::Contains("hidden"));
    s.env.clear();
    s.user = "nobody-of-this-name";
    CHECK_THAT(refusal(s).detail, Catch::Contains("nobody-of-this-name does not exist"));
    s.user.clear();
    boost::asio::io_context loop;
    CHECK(handler::make_shell_handler({"archive", s}, loop).has_value());
}

TEST_CASE("a program is looked for in the absolute folders of PATH", "[handler][shell]") {
    const test::temp_directory directory;
    const auto first = directory / "first";
    const auto second = directory / "second";
    std::filesystem::create_directory(first);
    std::filesystem::create_directory(second);
    const auto path = ":.:" + first.string() + ':' + second.string();
    int error = 0;
    CHECK(handler::find_program("tool", path, error).empty());
    CHECK(error == ENOENT);
    test::write_text(first / "tool", "#!/bin/sh\n");
    std::filesystem::permissions(first / "tool", std::filesystem::perms::owner_read);
    CHECK(handler::find_program("tool", path, error).empty());
    CHECK(error == EACCES);
    test::write_text(second / "tool", "#!/bin/sh\n");
    std::filesystem::permissions(second / "tool", std::filesystem::perms::owner_all);
    CHECK(handler::find_program("tool", path, error) == second / "tool");
    CHECK(handler::find_program("./tool", path, error) == "./tool");
    CHECK(handler::find_program("first", directory.path().string(), error).empty()); // a folder
}
