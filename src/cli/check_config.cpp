#include "cli/check_config.hpp"

#include <webhookd/config/route_trial.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/files/file.hpp>
#include <webhookd/store/postgres.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

namespace webhookd::cli {
namespace {

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

bool names_file(const std::string& event) {
    std::error_code ignored;
    return event.find('/') != std::string::npos || event.ends_with(".json") ||
           std::filesystem::exists(event, ignored);
}

/// The event whose routes are shown. `ok`, or the exit code after a message.
int read_event(const std::string& event, config::trial_event& out, std::ostream& err) {
    if (!names_file(event)) {
        out.type = event;
    } else {
        auto body = files::read_file(event, event::parse_limits{}.bytes);
        if (!body) {
            err << event << ": cannot be read: " << body.error().detail << '\n';
            return exit_code::no_input;
        }
        const auto envelope = event::parse_envelope(*body);
        if (!envelope) {
            err << event << ": is not an event: " << to_string(envelope.error()) << '\n';
            return exit_code::data_error;
        }
        out.type = envelope->type;
        out.body = std::move(*body);
    }
    if (!event::find_type(out.type)) {
        const auto near = event::nearest_type(out.type);
        err << "warning: " << out.type << " is not a documented event";
        if (near) err << "; did you mean " << *near << '?';
        err << '\n';
    }
    return exit_code::ok;
}

std::string describe(const config::trial_outcome& o) {
    static constexpr std::string_view words[] = {"no ", "if ", "yes"};
    if (!o.left_out.empty())
        return "  left out by the endpoint's `only`: " + o.left_out +
               " (answered 200, not kept)\n  handlers: none\n";
    std::string out;
    if (!o.left_out_unless.empty()) out += "  only if " + o.left_out_unless + '\n';
    for (const auto& each : o.routes) {
        out += "  " + std::string(words[static_cast<std::size_t>(each.verdict)]) + "  " + each.name;
        out += (each.why.empty() ? "" : "  (" + each.why + ')') + '\n';
    }
    out += "  handlers:";
    if (o.handlers.empty()) out += " none";
    for (const auto& each : o.handlers) {
        out += (&each == &o.handlers.front() ? " " : ", ") + each.name;
        if (!each.route.empty()) out += " (if route " + each.route + " applies)";
    }
    return out + '\n';
}

int show_event(const check_config_options& options, const config::configuration& c, std::ostream& out,
               std::ostream& err) {
    config::trial_event event;
    if (const int code = read_event(options.event, event, err); code != exit_code::ok) return code;
    bool shown = false;
    const config::route_trial trial(c);
    for (const auto& endpoint : trial.endpoints()) {
        if (!options.endpoint.empty() && options.endpoint != endpoint) continue;
        event.endpoint = endpoint;
        out << event.type << " at endpoint " << endpoint << ":\n" << describe(trial.run(event));
        shown = true;
    }
    if (shown) return exit_code::ok;
    err << "there is no endpoint " << options.endpoint << '\n';
    return exit_code::usage;
}

/// How many warnings: a database that is away now may be there when the daemon starts.
std::size_t try_database(const std::string& file, const config::fixed& c, std::ostream& err) {
    if (!store::is_postgres_url(c.storage_url)) return 0;
    const auto there = store::try_postgres({.url = c.storage_url, .password = c.storage_password});
    if (there) return 0;
    err << file << ": storage.url: warning: " << there.error().detail << '\n';
    return 1;
}

} // namespace

int check_config(const check_config_options& options, const config::secret_sources& secrets,
                 std::ostream& out, std::ostream& err) {
    const auto loaded = config::load_file(options.file, secrets, options.outside);
    for (const auto& diagnostic : loaded.diagnostics)
        err << to_string(diagnostic) << '\n';
    if (!loaded.value) return exit_code::configuration;
    const auto& c = *loaded.value;
    const auto warnings =
        loaded.diagnostics.size() +
        (options.outside == config::outside_world::checked ? try_database(options.file, c.fixed, err) : 0);
    out << options.file << ": ok (" << counted(c.fixed.endpoints.size(), "endpoint") << ", "
        << counted(c.reloadable.handlers.size(), "handler") << ", "
        << counted(c.reloadable.routes.size(), "route");
    if (warnings > 0) out << ", " << counted(warnings, "warning");
    out << ")\n";
    return options.event.empty() ? exit_code::ok : show_event(options, c, out, err);
}

void add_check_config_command(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<check_config_options>();
    auto* command =
        app.add_subcommand("check-config", "Validate a configuration file and try events on its routes");
    command->add_option("FILE", options->file, "The configuration (YAML)")->required();
    auto* event =
        command
            ->add_option("--event", options->event,
                         "Show which routes match and which handlers would run: an event type, or a file "
                         "with an event's body (JSON)")
            ->type_name("TYPE|FILE");
    command
        ->add_option("--endpoint", options->endpoint,
                     "The endpoint that the event arrives at; without it each one")
        ->needs(event);
    command->callback([options, &exit_code] {
        exit_code = check_config(*options, config::secret_sources::of_process(), std::cout, std::cerr);
    });
}

} // namespace webhookd::cli
