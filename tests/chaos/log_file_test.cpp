#include <webhookd/event/sample.hpp>
#include <webhookd/files/unique_fd.hpp>

#include "support/admin_api.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

namespace {

enum class kind { fifo, folder, socket };

constexpr auto no_log_file = " cannot be written: it is no file that lines can be added to";

/// What is put at the path, and what the daemon must say about it.
std::string put(kind k, const std::filesystem::path& path) {
    switch (k) {
    case kind::fifo:
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        return ".log: is a FIFO that nobody reads";
    case kind::folder:
        std::filesystem::create_directory(path);
        return no_log_file;
    case kind::socket:
        break;
    }
    const files::unique_fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.string().size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, path.c_str());
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return no_log_file;
}

daemon_setup audit_to(const std::filesystem::path& file) {
    daemon_setup setup;
    setup.handlers = "  audit: { type: log, file: \"" + file.string() + "\" }\n";
    return setup;
}

std::string sample(std::uint64_t seed) {
    return event::make_sample("action.opened", {.seed = seed}).value();
}

bool written(const std::filesystem::path& file, std::size_t lines) {
    return wait_for_condition([&] {
        const auto text = test::read_text(file);
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == lines;
    });
}

} // namespace

TEST_CASE("a start says at once what stands where a log file should be", "[chaos]") {
    const auto which = GENERATE(kind::fifo, kind::folder, kind::socket);
    const test::temp_directory files;
    daemon_fixture daemon(audit_to(files / "audit.log"));
    REQUIRE(daemon.terminate() == 0);
    std::filesystem::remove(files / "audit.log");
    const auto why = put(which, files / "audit.log");
    daemon.launch();
    const auto ended = daemon.running().wait(60s);
    REQUIRE(ended.has_value());
    // Only a FIFO may have got its reader since the configuration was looked at.
    CHECK(ended->code == (which == kind::fifo ? 73 : 78));
    CHECK_THAT(daemon.stderr_text(), Catch::Contains("audit.log") && Catch::Contains(why));

    std::filesystem::remove(files / "audit.log");
    daemon.start();
    CHECK(daemon.post(sample(1)).status == 200);
    CHECK(written(files / "audit.log", 1));
    CHECK(daemon.terminate() == 0);
}

TEST_CASE("a reload says what stands where a log file should be, and the old file stays in use", "[chaos]") {
    const auto which = GENERATE(kind::fifo, kind::folder, kind::socket);
    const test::temp_directory files;
    daemon_fixture daemon(audit_to(files / "audit.log"));
    const std::string refused = "the configuration is not reloaded";
    std::string why;
    SECTION("the handler is the same") {
        std::filesystem::rename(files / "audit.log", files / "old.log");
        why = put(which, files / "audit.log");
        daemon.running().signal(SIGHUP);
        CHECK(daemon.says(which == kind::fifo ? "a handler's file cannot be opened anew" : refused));
    }
    SECTION("the handler has another file") {
        std::filesystem::rename(files / "audit.log", files / "old.log");
        why = put(which, files / "new.log");
        auto text = test::read_text(daemon.config_file());
        text.replace(text.find("audit.log"), 9, "new.log");
        test::write_text(daemon.config_file(), text);
        daemon.running().signal(SIGHUP);
        CHECK(daemon.says(refused));
    }
    CHECK(daemon.says(why));
    CHECK(daemon.post(sample(1)).status == 200);
    CHECK(written(files / "old.log", 1));

    std::filesystem::remove(files / "audit.log");
    std::filesystem::remove(files / "new.log");
    daemon.running().signal(SIGHUP);
    CHECK(daemon.says("the configuration is reloaded"));
    const auto& now = std::filesystem::path(files / "audit.log");
    CHECK(wait_for_condition(
        [&] { return std::filesystem::exists(now) || std::filesystem::exists(files / "new.log"); }));
    CHECK(daemon.post(sample(2)).status == 200);
    CHECK(written(std::filesystem::exists(now) ? now : files / "new.log", 1));
    CHECK(daemon.terminate() == 0);
}
