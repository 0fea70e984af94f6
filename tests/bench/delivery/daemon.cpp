#include "bench/delivery/daemon.hpp"

#include "bench/delivery/backlog.hpp"
#include "bench/server_under_test.hpp"
#include "support/admin_api.hpp"

#include <fmt/format.h>

namespace webhookd::bench {

std::unique_ptr<test::daemon_fixture> start_daemon(const std::filesystem::path& directory,
                                                   const std::string& handler, const std::string& jwks) {
    test::daemon_setup setup;
    setup.directory = directory;
    setup.path = webhook_path;
    setup.jwks = jwks;
    setup.server = "  shutdown_grace: 2s\n"; // nobody needs the attempts of a hanging sink
    // What a bench stores may be as old as it likes.
    setup.storage = "  retention: { events: forever, payloads: forever }\n";
    setup.sections = "queue: { max_pending: 10000000 }\n";
    setup.handlers = fmt::format("  {}: {{ {} }}\n", handler_name, handler);
    setup.routes = fmt::format("  - {{ name: all, match: \"*\", handlers: [{}] }}\n", handler_name);
    setup.start_bound = std::chrono::minutes(5);
    return std::make_unique<test::daemon_fixture>(std::move(setup));
}

std::uint64_t count_waiting(test::daemon_fixture& daemon) {
    const auto answer = test::ask(daemon, "/v1/handlers");
    for (const auto& handler : answer["data"].GetArray())
        if (std::string_view(handler["name"].GetString()) == handler_name)
            return handler["waiting"].GetUint64();
    throw std::runtime_error("the daemon does not know its handler");
}

std::string stop_daemon(test::daemon_fixture& daemon) {
    const auto code = daemon.terminate();
    if (code == 0) return {};
    const auto said = daemon.stderr_text();
    constexpr std::size_t enough = 2000;
    return fmt::format("the daemon {}:\n{}", code ? "ended in disorder" : "did not end in time",
                       said.substr(said.size() - std::min(enough, said.size())));
}

void note(std::string& problem, const std::string& what) {
    if (problem.empty()) problem = what;
}

} // namespace webhookd::bench
