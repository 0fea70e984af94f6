#include <webhookd/cli/main.hpp>
#include <webhookd/exit_code.hpp>

#include "cli/check_config.hpp"
#include "cli/commands.hpp"
#include "cli/keys.hpp"
#include "cli/trigger.hpp"
#include "cli/verify.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace webhookd::cli {

namespace {

using serve_action = std::function<int(const serve_options&)>;

void add_serve_command(CLI::App& app, int& exit_code, const serve_action& serve) {
    auto* command = app.add_subcommand("serve", "Run the daemon in the foreground (systemd, Docker)");
    const auto options = std::make_shared<serve_options>();
    command->add_option("-c,--config", options->config, "configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    command->add_flag("--dry-run", options->dry_run,
                      "receive and keep events, but only log which handlers would run");
    command->callback([options, &serve, &exit_code] { exit_code = serve(*options); });
}

} // namespace

int run(int argc, char** argv, const serve_action& serve) {
    CLI::App app("Receives Universign's webhooks, proves and keeps each one, and hands it to your handlers.",
                 "universign-webhookd");
    app.set_version_flag("--version", std::string("universign-webhookd ") + WEBHOOKD_VERSION);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);

    int exit_code = exit_code::ok;
    add_serve_command(app, exit_code, serve);
    add_check_config_command(app, exit_code);
    add_keys_command(app, exit_code);
    add_trigger_command(app, exit_code);
    add_verify_command(app, exit_code);
    add_events_commands(app, exit_code);
    add_transactions_commands(app, exit_code);
    add_deliveries_commands(app, exit_code);
    add_handlers_commands(app, exit_code);
    add_instances_command(app, exit_code);
    add_config_commands(app, exit_code);
    add_report_command(app, exit_code);
    add_reload_command(app, exit_code);
    add_backup_command(app, exit_code);
    add_migrate_command(app, exit_code);
    add_completion_command(app, exit_code);
    add_healthcheck_command(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& e) {
        const auto why = unknown_command(app);
        if (why.empty()) {
            (void)app.exit(e);
        } else {
            std::cerr << "universign-webhookd: " << why << "\nRun with --help for more information.\n";
        }
        return exit_code::usage;
    } catch (const CLI::ParseError& e) {
        // --help and --version come as "errors" with code 0; everything else is a wrong call.
        return app.exit(e) == 0 ? exit_code::ok : exit_code::usage;
    }
    return exit_code;
}

} // namespace webhookd::cli
