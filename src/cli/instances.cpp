#include <webhookd/exit_code.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"

#include <iostream>
#include <memory>
#include <set>
#include <string>

namespace webhookd::cli {
namespace {

struct instances_options {
    admin_options admin;
    bool json = false;
};

/// With commas; `-` for none.
std::string duties_of(const rapidjson::Value& row) {
    std::string all;
    const auto found = row.FindMember("leads");
    if (found != row.MemberEnd() && found->value.IsArray())
        for (const auto& each : found->value.GetArray())
            if (each.IsString()) all += (all.empty() ? "" : ",") + std::string(each.GetString());
    return all.empty() ? "-" : all;
}

/// Of several that run.
std::set<std::string> shared_names(const rapidjson::Value& rows) {
    std::set<std::string> names;
    for (const auto& row : rows.GetArray())
        if (is_true(row, "shares_name")) names.insert(text(row, "name"));
    return names;
}

void print_instances(const rapidjson::Value& answer) {
    const auto rows = answer.FindMember("data");
    if (rows == answer.MemberEnd() || !rows->value.IsArray() || rows->value.Empty()) {
        std::cout << "none\n";
        return;
    }
    table t({"name", "state", "version", "since", "last_heartbeat", "attempts", "configuration", "leads"});
    for (const auto& row : rows->value.GetArray())
        t.add({cell(row, "name") + (is_true(row, "answers") ? " (answers)" : ""), cell(row, "state"),
               cell(row, "version"), second(row, "since"), second(row, "last_heartbeat"),
               cell(row, "in_flight"), cell(row, "fingerprint") + (is_true(row, "differs") ? " differs" : ""),
               duties_of(row)});
    t.print(std::cout, style_of(stdout));
    for (const auto& name : shared_names(rows->value))
        std::cerr << "More than one daemon is named " << text::printable(name)
                  << ": give each its own server.instance, and restart it.\n";
    if (is_true(answer, "drift"))
        std::cerr << "The configurations differ: bring the same files to every instance, and reload.\n";
    if (is_true(answer, "has_more")) std::cerr << "There are more.\n";
}

int list_instances(const instances_options& opts) {
    const auto answer = admin_client(opts.admin).call("GET", "/v1/instances");
    if (!answer) return complain(answer.error());
    if (opts.json)
        print_json(*answer);
    else
        print_instances(*answer);
    return exit_code::ok;
}

} // namespace

void add_instances_command(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<instances_options>();
    auto* command = app.add_subcommand("instances", "The daemons that share the database, and which differ");
    add_admin_options(*command, opts->admin);
    command->add_flag("--json", opts->json, "print JSON");
    command->callback([opts, &exit_code] { exit_code = list_instances(*opts); });
}

} // namespace webhookd::cli
