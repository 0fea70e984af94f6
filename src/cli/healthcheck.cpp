#include <webhookd/exit_code.hpp>
#include <webhookd/outbound/http_client.hpp>

#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace webhookd::cli {

namespace {

struct healthcheck_options {
    std::string admin = "http://127.0.0.1:8081";
    std::string token;
    bool alive = false;
    int timeout_seconds = 5;
};

int healthcheck(const healthcheck_options& opts) {
    outbound::http_client client;
    outbound::http_request request;
    request.url = opts.admin + (opts.alive ? "/healthz" : "/readyz");
    request.connect_timeout = request.timeout = std::chrono::seconds(opts.timeout_seconds);
    if (!opts.token.empty()) request.headers.push_back("Authorization: Bearer " + opts.token);
    const auto answer = client.perform(request);
    if (!answer) {
        std::cerr << to_string(answer.error()) << '\n';
        return exit_code::unavailable;
    }
    std::cout << answer->body;
    if (!answer->body.ends_with('\n')) std::cout << '\n';
    return answer->status == 200 ? exit_code::ok : exit_code::unavailable;
}

} // namespace

void add_healthcheck_command(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<healthcheck_options>();
    auto* command =
        app.add_subcommand("healthcheck", "Ask a running daemon whether it can accept webhooks: 0 or 69");
    command->add_option("--admin", opts->admin, "the daemon's admin listener")
        ->envname("UNIVERSIGN_WEBHOOKD_ADMIN")
        ->capture_default_str();
    command->add_option("--token", opts->token, "a token of the admin API, where health is not public")
        ->envname("UNIVERSIGN_WEBHOOKD_TOKEN");
    command->add_flag("--alive", opts->alive,
                      "only whether it runs: a missing key set or a full queue is well");
    command->add_option("--timeout", opts->timeout_seconds, "seconds to wait")
        ->check(CLI::Range(1, 300))
        ->capture_default_str();
    command->callback([opts, &exit_code] { exit_code = healthcheck(*opts); });
}

} // namespace webhookd::cli
