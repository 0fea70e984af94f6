#include "cli/serve.hpp"

#include <webhookd/app.hpp>
#include <webhookd/config/load.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/runtime/capabilities.hpp>
#include <webhookd/runtime/init.hpp>
#include <webhookd/runtime/secrets.hpp>


#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::cli {

namespace {

read_configuration read(const std::string& file) {
    auto loaded =
        config::load_file(file, config::secret_sources::of_process(), config::outside_world::checked);
    secrets::add(loaded.secrets);
    read_configuration made{std::move(loaded.value), {}};
    for (const auto& each : loaded.diagnostics)
        made.diagnostics.push_back(to_string(each));
    return made;
}

int serve(const std::string& file, bool dry_run) {
    runtime::serve_as_init();
    runtime::keep_capabilities_from_programs();
    auto first = read(file);
    if (!first.value) {
        for (const auto& each : first.diagnostics)
            std::cerr << each << '\n';
        return exit_code::configuration;
    }
    return run_daemon(
        {std::move(*first.value), std::move(first.diagnostics), [file] { return read(file); }, dry_run});
}

} // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("serve", "Run the daemon in the foreground (systemd, Docker)");
    auto file = std::make_shared<std::string>("/etc/universign-webhookd/universign-webhookd.yaml");
    command->add_option("-c,--config", *file, "configuration file")->type_name("FILE")->capture_default_str();
    auto dry_run = std::make_shared<bool>(false);
    command->add_flag("--dry-run", *dry_run,
                      "receive and keep events, but only log which handlers would run");
    command->callback([file, dry_run, &exit_code] { exit_code = serve(*file, *dry_run); });
}

} // namespace webhookd::cli
