#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/scrape.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <filesystem>
#include <optional>
#include <string>

using namespace webhookd;
namespace fs = std::filesystem;
using test::contains;
using test::daemon_fixture;
using test::daemon_setup;
using test::wait_for_condition;

namespace {

/// Of Debian's package `faketime`; empty where it is not installed.
std::string faketime_library() {
    std::error_code error;
    for (const auto& each : fs::directory_iterator("/usr/lib", error)) {
        const auto library = each.path() / "faketime" / "libfaketimeMT.so.1";
        if (fs::exists(library, error)) return library.string();
    }
    return {};
}

/// A daemon whose wall clock is read from a file; its steady clock is the true one.
class daemon_with_clock {
public:
    daemon_with_clock(const std::string& library, const std::string& offset) {
        set(offset);
        daemon_setup setup;
        setup.directory = folder_.path() / "daemon";
        fs::create_directory(setup.directory);
        setup.storage = "  retention: { events: 400d, payloads: 90d }\n";
        setup.environment = {"LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + file().string(),
                             "DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1"};
        fixture_.emplace(setup);
    }
    void set(const std::string& offset) const {
        const auto fresh = folder_.path() / "clock.new";
        test::write_text(fresh, offset + "\n");
        fs::rename(fresh, file());
    }
    void restart_at(const std::string& offset) {
        REQUIRE(fixture_->terminate() == 0);
        set(offset);
        fixture_->start();
    }
    daemon_fixture& operator*() { return *fixture_; }
    daemon_fixture* operator->() { return &*fixture_; }

    [[nodiscard]] std::int64_t events() {
        return test::ask(*fixture_, "/v1/events/count")["events"].GetInt64();
    }
    /// A whole round of the purger has gone by, in which it could have purged.
    void let_it_purge() {
        const auto before = fixture_->stderr_text().size();
        fixture_->running().signal(SIGHUP); // a reload begins a round
        REQUIRE(wait_for_condition([&] { return fixture_->stderr_text().size() > before; }));
        REQUIRE(wait_for_condition(
            [&] { return test::scrape(*fixture_)["webhookd_store_purge_failures_total"] == 0; }));
    }
    void check_nothing_purged() {
        const test::scrape metrics(*fixture_);
        CHECK(metrics["webhookd_store_purged_events_total"] == 0);
        CHECK(metrics["webhookd_store_purged_payloads_total"] == 0);
    }

private:
    [[nodiscard]] fs::path file() const { return folder_.path() / "clock"; }

    test::temp_directory folder_;
    std::optional<daemon_fixture> fixture_;
};

} // namespace

TEST_CASE("one start with a clock far ahead purges nothing, says so, and is forgotten when it is put right",
          "[chaos][clock]") {
    const auto library = faketime_library();
    if (library.empty()) {
        WARN("this test is skipped: it needs Debian's package faketime");
        return;
    }
    daemon_with_clock daemon(library, "+0d");
    for (std::uint64_t i = 1; i <= 5; ++i)
        test::keep(*daemon, "action.opened", i);
    daemon.restart_at("+500d");
    CHECK(contains(daemon->get("/readyz").body, R"("clock":"in doubt")"));
    CHECK(daemon->says("the clock has leapt"));
    CHECK(test::scrape(*daemon)["webhookd_clock_doubt_seconds"] > 499 * 86400.0);
    test::keep(*daemon, "action.opened", 6);
    daemon.let_it_purge();
    CHECK(daemon.events() == 6);
    // Neither a second start nor a crash with that clock makes it more believable.
    daemon->kill9();
    daemon->start();
    daemon.let_it_purge();
    daemon.check_nothing_purged();
    CHECK(daemon.events() == 6);
    daemon.restart_at("+0d");
    CHECK(contains(daemon->get("/readyz").body, R"("clock":"ok")"));
    daemon.let_it_purge();
    daemon.check_nothing_purged();
    CHECK(daemon.events() == 6);
    CHECK(daemon->get("/readyz").status == 200);
}

TEST_CASE("a clock that leaps ahead under a running daemon purges nothing", "[chaos][clock]") {
    const auto library = faketime_library();
    if (library.empty()) {
        WARN("this test is skipped: it needs Debian's package faketime");
        return;
    }
    daemon_with_clock daemon(library, "+0d");
    test::keep(*daemon, "action.opened", 1);
    daemon.set("+500d");
    CHECK(wait_for_condition([&] { return contains(daemon->get("/readyz").body, R"("clock":"in doubt")"); }));
    daemon.let_it_purge();
    daemon.check_nothing_purged();
    daemon.set("+0d");
    CHECK(wait_for_condition([&] { return contains(daemon->get("/readyz").body, R"("clock":"ok")"); }));
    test::keep(*daemon, "action.opened", 2);
    CHECK(daemon.events() == 2);
}

TEST_CASE("what was accepted while the clock was behind is not purged when it is put right",
          "[chaos][clock]") {
    const auto library = faketime_library();
    if (library.empty()) {
        WARN("this test is skipped: it needs Debian's package faketime");
        return;
    }
    SECTION("a daemon that knew better") {
        daemon_with_clock daemon(library, "+0d");
        daemon.restart_at("-500d");
        CHECK(daemon->says("the clock has leapt"));
        test::keep(*daemon, "action.opened", 1);
        daemon.restart_at("+0d");
        daemon.let_it_purge();
        daemon.check_nothing_purged();
        CHECK(daemon.events() == 1);
    }
    SECTION("the first start of all") {
        daemon_with_clock daemon(library, "-500d");
        test::keep(*daemon, "action.opened", 1);
        daemon.set("+0d");
        CHECK(daemon->says("the clock has leapt"));
        daemon.let_it_purge();
        daemon.check_nothing_purged();
        daemon.restart_at("+0d");
        daemon.let_it_purge();
        daemon.check_nothing_purged();
        CHECK(daemon.events() == 1);
    }
}
