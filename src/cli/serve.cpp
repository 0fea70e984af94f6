#include "cli/serve.hpp"

#include <webhookd/app.hpp>
#include <webhookd/config/load.hpp>

#include "cli/exit_code.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace webhookd::cli {

namespace {

int serve(const std::string& file) {
    const auto loaded = config::load_file(file);
    for (const auto& each : loaded.diagnostics)
        std::cerr << to_string(each) << '\n';
    if (!loaded.value) return exit_code::configuration;
    return run_daemon(*loaded.value);
}

} // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("serve", "Run the daemon in the foreground (systemd, Docker)");
    auto file = std::make_shared<std::string>("/etc/universign-webhookd/universign-webhookd.yaml");
    command->add_option("-c,--config", *file, "configuration file")->capture_default_str();
    command->callback([file, &exit_code] { exit_code = serve(*file); });
}

} // namespace webhookd::cli
