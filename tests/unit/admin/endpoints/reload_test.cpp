#include <webhookd/admin/reload.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace webhookd;
using admin::reload_outcome;
using admin::reload_requests;

TEST_CASE("who asks for a reload wakes the thread that does it, which answers each once", "[admin]") {
    int woken = 0;
    reload_requests requests([&] { ++woken; });
    std::vector<std::string> told;
    const auto remember = [&](const std::string& who) {
        return [&told, who](const std::optional<reload_outcome>& done) {
            told.push_back(who + (done ? " done" : " stopping"));
        };
    };
    requests.ask(remember("one"));
    requests.ask(remember("two"));
    CHECK(woken == 2);
    CHECK(told.empty());
    for (const auto& each : requests.take())
        each(reload_outcome{.applied = true, .diagnostics = {}, .needs_restart = {}});
    CHECK(told == std::vector<std::string>{"one done", "two done"});
    CHECK(requests.take().empty());

    requests.ask(remember("three"));
    requests.close();
    requests.ask(remember("four"));
    CHECK(told == std::vector<std::string>{"one done", "two done", "three stopping", "four stopping"});
    CHECK(woken == 3);
}
