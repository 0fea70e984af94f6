#include <webhookd/event/sample.hpp>

#include "support/daemon.hpp"
#include "support/free_port.hpp"
#include "support/paths.hpp"
#include "support/raw_client.hpp"
#include "support/store_file.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <signal.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int restarts = 10; // the same code, with starts that take so much longer
#else
constexpr int restarts = 200;
#endif

struct signed_event {
    std::string body;
    std::string signature;
};

/// What one client saw. Nothing but answers is expected, whatever the daemon is doing.
struct outcome {
    std::set<std::string> acknowledged; ///< bodies
    std::map<int, int> answers;
    std::vector<std::string> unanswered;
};

/// A new connection for each event, as a restart hurts most, until told to stop.
void post_until(const std::atomic<bool>& enough, std::uint16_t port, const std::vector<signed_event>& events,
                outcome& seen) {
    for (std::size_t i = 0; !enough; i = (i + 1) % events.size()) {
        try {
            test::http_connection fresh(port);
            const auto answer =
                fresh.post_webhook("/webhooks/universign", events[i].body, events[i].signature);
            ++seen.answers[answer.status];
            if (answer.status == 200) seen.acknowledged.insert(events[i].body);
        } catch (const std::exception& e) {
            seen.unanswered.emplace_back(e.what());
        }
    }
}

} // namespace

TEST_CASE("with a socket unit no restart refuses a connection or loses an acknowledged event", "[deploy]") {
    test::daemon_fixture prepared; // writes a configuration and a store to start from
    REQUIRE(prepared.terminate() == 0);

    std::vector<std::vector<signed_event>> events(3);
    std::uint64_t seed = 1;
    for (auto& of_one_client : events)
        for (int i = 0; i < 600; ++i) {
            auto body = event::make_sample("action.opened", {.seed = seed++}).value();
            auto signature = test::shared_key().sign(body);
            of_one_client.push_back({std::move(body), std::move(signature)});
        }

    const auto port = test::free_port();
    const auto errors = prepared.directory() / "activated";
    test::process manager(
        {.argv = {"systemd-socket-activate", "-l", "127.0.0.1:" + std::to_string(port), "--fdname=ingest",
                  test::source_folder() + "/tests/integration/deploy/keep_restarting.sh",
                  std::to_string(restarts), test::daemon_program(), "serve", "--config",
                  prepared.config_file().string()},
         .stderr_file = errors});
    REQUIRE(test::wait_for_condition([&] { return test::raw_client::can_connect(port); }));

    std::atomic<bool> enough{false};
    std::vector<outcome> seen(events.size());
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < events.size(); ++i)
        clients.emplace_back([&, i] { post_until(enough, port, events[i], seen[i]); });

    // After the last restart the daemon stays, so the clients never see the end of the sockets' owner.
    const bool last = test::wait_for_condition(
        [&] { return test::read_text(errors).find(R"("listener":"ingest")") != std::string::npos; }, 280s);
    enough = true;
    for (auto& client : clients)
        client.join();
    INFO(test::read_text(errors));
    REQUIRE(last);
    manager.signal(SIGTERM);
    const auto ended = manager.wait(60s);
    REQUIRE(ended.has_value());
    CHECK(ended->code == 0);

    std::set<std::string> kept;
    for (const auto& each : test::read_events(prepared.database()))
        kept.insert(each.body);
    std::size_t acknowledged = 0;
    for (const auto& one : seen) {
        acknowledged += one.acknowledged.size();
        for (const auto& body : one.acknowledged)
            CHECK(kept.contains(body));
        for (const auto& [status, count] : one.answers) {
            INFO(count << " times " << status);
            CHECK((status == 200 || status == 503));
        }
        CHECK(one.unanswered == std::vector<std::string>());
    }
    CHECK(acknowledged > static_cast<std::size_t>(restarts));
}
