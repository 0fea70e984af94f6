#include <webhookd/event/sample.hpp>
#include <webhookd/runtime/unique_fd.hpp>

#include "support/chaos_sink.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using test::wait_for_condition;

namespace {

std::string sample(std::uint64_t seed) {
    return event::make_sample("transaction.lifecycle.completed", {.seed = seed}).value();
}

/// A FIFO of which this process holds the reading end, and reads only when it is asked to.
class unread_fifo {
public:
    explicit unread_fifo(std::string path)
        : path_(std::move(path)) {
        REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
        reader_.reset(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        REQUIRE(reader_);
        REQUIRE(::fcntl(reader_.get(), F_SETPIPE_SZ, 4096) >= 4096);
    }
    /// All that was read so far, with what is there now.
    const std::string& read() {
        std::array<char, 65536> some{};
        for (ssize_t n = 0; (n = ::read(reader_.get(), some.data(), some.size())) > 0;)
            text_.append(some.data(), static_cast<std::size_t>(n));
        return text_;
    }
    [[nodiscard]] bool says(const std::string& text) {
        return wait_for_condition([&] { return read().find(text) != std::string::npos; });
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
    runtime::unique_fd reader_;
    std::string text_;
};

/// The daemon with standard error in a FIFO, and with ports of which no log must tell.
class daemon_without_reader {
public:
    explicit daemon_without_reader(const std::string& handlers, const std::string& sections = {}) {
        ingest_port = test::free_port();
        admin_port = test::free_port();
        test::write_text(directory / "jwks.json", test::shared_key().jwks());
        test::write_text(
            directory / "c.yaml",
            "server:\n  listen: [\"127.0.0.1:" + std::to_string(ingest_port) +
                "\"]\n  shutdown_grace: 1s\nadmin:\n  listen: [\"127.0.0.1:" + std::to_string(admin_port) +
                "\"]\nendpoints:\n  - name: production\n    path: /hook\n    signature: { mode: "
                "required, jwks: { file: \"" +
                (directory / "jwks.json").string() + "\" } }\nstorage: { url: \"sqlite:" +
                (directory / "events.db").string() + "\" }\n" + handlers + sections);
        running.emplace(test::process_options{
            .argv = {"sh", "-c", "exec \"$0\" serve --config \"$1\" 2>\"$2\"", test::daemon_program(),
                     (directory / "c.yaml").string(), log.path()}});
        REQUIRE(wait_for_condition([&] {
            try {
                return test::http_connection(admin_port).get("/readyz").status == 200;
            } catch (const std::exception&) {
                return false;
            }
        }));
    }
    int post(const std::string& body, bool is_signed = true) {
        if (!ingest) ingest.emplace(ingest_port);
        return ingest->post_webhook("/hook", body, is_signed ? test::shared_key().sign(body) : "").status;
    }
    std::string get(const std::string& target) { return test::http_connection(admin_port).get(target).body; }
    /// SIGTERM, and how it ended.
    enum class reader { sleeps, reads };
    int end(reader meanwhile) {
        ingest.reset();
        running->signal(SIGTERM);
        if (meanwhile == reader::reads)
            static_cast<void>(wait_for_condition(
                [&] {
                    log.read();
                    return !running->running();
                },
                60s));
        const auto ended = running->wait(60s);
        REQUIRE(ended.has_value());
        return ended->code;
    }

    test::temp_directory directory;
    unread_fifo log{(directory / "stderr").string()};
    std::uint16_t ingest_port = 0;
    std::uint16_t admin_port = 0;
    std::optional<test::process> running;
    std::optional<test::http_connection> ingest;
};

const std::string both_handlers =
    "routes:\n  - { name: all, match: \"*\", handlers: [audit, crm] }\n"
    "handlers:\n  audit: { type: log, timeout: 300ms, retry: { initial: 10ms, max_delay: 50ms, max_attempts: "
    "10000 }, circuit_breaker: { failures: 5, open_for: 100ms } }\n";

constexpr std::size_t events = 300;

std::size_t distinct_events(const std::string& log) {
    std::set<std::string> ids;
    constexpr std::string_view before =
        "\"event\",\"handler\":\"audit\",\"endpoint\":\"production\",\"event\":\"";
    for (auto at = log.find(before); at != std::string::npos; at = log.find(before, at + 1)) {
        const auto id = at + before.size();
        ids.insert(log.substr(id, log.find('"', id) - id));
    }
    return ids.size();
}

} // namespace

TEST_CASE("events for a log that nobody reads wait and hold no other handler up", "[chaos]") {
    test::chaos_sink sink;
    daemon_without_reader daemon(both_handlers + "  crm: { type: forward, url: \"" + sink.url() + "\" }\n");
    for (std::size_t i = 0; i < events; ++i)
        REQUIRE(daemon.post(sample(i)) == 200);
    CHECK(wait_for_condition([&] { return sink.requests().size() >= events; }));
    CHECK(daemon.get("/readyz").find("\"ready\"") != std::string::npos);

    // The reader is back: every event is told of after all, and the daemon ends well.
    CHECK(wait_for_condition([&] { return distinct_events(daemon.log.read()) == events; }));
    CHECK(daemon.end(daemon_without_reader::reader::reads) == 0);
}

TEST_CASE("a log that nobody reads keeps no daemon from its end", "[chaos]") {
    test::chaos_sink sink;
    daemon_without_reader daemon(both_handlers + "  crm: { type: forward, url: \"" + sink.url() + "\" }\n");
    for (std::size_t i = 0; i < events; ++i)
        REQUIRE(daemon.post(sample(i)) == 200);
    CHECK(daemon.end(daemon_without_reader::reader::sleeps) == 0);
}

TEST_CASE("what a log that nobody reads has lost is counted, and told once somebody does", "[chaos]") {
    daemon_without_reader daemon("", "log: { level: debug }\n");
    const auto body = sample(1);
    for (int i = 0; i < 9'000; ++i)
        REQUIRE(daemon.post(body) == 200);
    CHECK(daemon.get("/metrics").find("\nwebhookd_log_lines_dropped_total 0") == std::string::npos);
    CHECK(daemon.log.says("lines of the log were lost"));
    CHECK(daemon.end(daemon_without_reader::reader::reads) == 0);
    CHECK(daemon.log.says("\"message\":\"stopped\""));
}
