#include <webhookd/exit_code.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string_view>

namespace webhookd::cli {

namespace {

struct reload_options {
    admin_options admin;
    bool json = false;
};

void print_lines(const rapidjson::Value& answer, const char* member, const char* lead) {
    const auto found = answer.FindMember(member);
    if (found == answer.MemberEnd() || !found->value.IsArray()) return;
    for (const auto& each : found->value.GetArray())
        if (each.IsString()) std::cout << lead << text::printable(each.GetString()) << '\n';
}

constexpr std::string_view refused = "HTTP 422: ";

/// The sentence, and each mistake on a line of its own.
int complain_of_mistakes(std::string_view detail) {
    while (!detail.empty()) {
        const auto line = detail.substr(0, detail.find('\n'));
        detail.remove_prefix(std::min(line.size() + 1, detail.size()));
        std::cerr << text::printable(line) << '\n';
    }
    return exit_code::configuration;
}

int reload(const reload_options& opts) {
    const auto answer = admin_client(opts.admin).call("POST", "/v1/reload");
    if (!answer) {
        const auto why = answer.error();
        return why.detail.starts_with(refused) ? complain_of_mistakes(why.detail.substr(refused.size()))
                                               : complain(why);
    }
    if (opts.json) {
        print_json(*answer);
        return exit_code::ok;
    }
    print_lines(*answer, "warnings", "");
    print_lines(*answer, "needs_restart", "this change needs a restart: ");
    std::cout << "the configuration is reloaded\n";
    return exit_code::ok;
}

} // namespace

void add_reload_command(CLI::App& app, int& exit_code) {
    const auto opts = std::make_shared<reload_options>();
    auto* command = app.add_subcommand(
        "reload", "Let a running daemon load its configuration anew: 0, or 78 with every mistake");
    add_admin_options(*command, opts->admin);
    command->add_flag("--json", opts->json, "print JSON");
    command->callback([opts, &exit_code] { exit_code = reload(*opts); });
}

} // namespace webhookd::cli
