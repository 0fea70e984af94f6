#include <webhookd/exit_code.hpp>
#include <webhookd/text/json_writer.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"

#include <iostream>
#include <memory>

namespace webhookd::cli {
namespace {

struct handlers_options {
    admin_options admin;
    bool json = false;
    std::string name;
    std::string type;
};

/// A handler may have a timeout of a day: it ends the test, not we.
constexpr std::chrono::hours longest_test{25};

int list_handlers(const handlers_options& opts) {
    const auto answer = admin_client(opts.admin).call("GET", "/v1/handlers");
    if (!answer) return complain(answer.error());
    print_list(*answer, opts.json,
               {"name", "circuit", "waiting", "in_flight", "successful", "retried", "failed", "success_rate",
                "last_error"});
    return exit_code::ok;
}

int test_handler(const handlers_options& opts) {
    text::json_writer body;
    body.begin_object();
    if (!opts.type.empty()) body.text("type", opts.type);
    body.end_object();
    const auto path = "/v1/handlers/" + encoded(opts.name) + "/test";
    const auto answer = admin_client(opts.admin).call("POST", path, std::string(body.view()), longest_test);
    if (!answer) return complain(answer.error());
    if (opts.json) {
        print_json(*answer);
    } else {
        print_fields(*answer, {"handler", "event", "type", "successful", "status", "duration_ms", "reason"});
        if (const auto output = text(*answer, "output"); !output.empty()) {
            print_heading("OUTPUT");
            print_lines(output);
        }
    }
    return is_true(*answer, "successful") ? exit_code::ok : exit_code::failed;
}

} // namespace

void add_handlers_commands(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<handlers_options>();
    const auto common = [opts](CLI::App* command) {
        add_admin_options(*command, opts->admin);
        command->add_flag("--json", opts->json, "print JSON");
        return command;
    };
    auto* listing = common(app.add_subcommand("handlers", "How each handler is doing; send one a test"));
    listing->callback([opts, listing, &exit_code] {
        if (listing->get_subcommands().empty()) exit_code = list_handlers(*opts);
    });

    auto* testing = common(listing->add_subcommand(
        "test", "Send a test event to one handler, now and once: 0, or 1 where it fails"));
    testing->add_option("NAME", opts->name, "of the handler")->required();
    testing->add_option("--type", opts->type, "of the sample event; default: transaction.lifecycle.completed")
        ->type_name("TYPE");
    testing->callback([opts, &exit_code] { exit_code = test_handler(*opts); });
}

} // namespace webhookd::cli
