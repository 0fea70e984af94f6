#include <webhookd/config/load.hpp>
#include <webhookd/event/json_text.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"

#include <iostream>
#include <memory>

namespace webhookd::cli {
namespace {

struct config_options {
    admin_options admin;
    std::string file; ///< empty: of a running daemon
    bool origin = false;
    bool json = false;
};

/// The same answer as the API gives, for a file that no daemon has loaded. `code` is the exit code of a file
/// with mistakes, which are told.
std::optional<rapidjson::Document> read_file(const std::string& file, int& code) {
    auto loaded =
        config::load_file(file, config::secret_sources::of_process(), config::outside_world::ignored);
    for (const auto& each : loaded.diagnostics)
        std::cerr << to_string(each) << '\n';
    if (!loaded.value) {
        code = exit_code::configuration;
        return std::nullopt;
    }
    secrets::add(loaded.secrets);
    config::mask(loaded.settings, [](std::string_view value) { return secrets::masked(value); });
    text::json_writer json;
    json.begin_object();
    json.text("object", "configuration");
    json.text("version", WEBHOOKD_VERSION);
    json.null("loaded");
    json.key("files");
    json.begin_array();
    for (const auto& each : loaded.files)
        json.text(text::printable(each));
    json.end_array();
    json.texts("needs_restart", std::vector<std::string>{});
    config::write(json, loaded.settings);
    json.end_object();
    rapidjson::Document parsed;
    if (const auto read = event::parse_json(json.view(), {}, parsed); !read) {
        code = complain(read.error());
        return std::nullopt;
    }
    return parsed;
}

/// A text as it is, anything else as JSON.
std::string shown_value(const rapidjson::Value& setting) {
    const auto value = setting.FindMember("value");
    if (value == setting.MemberEnd()) return "-";
    return value->value.IsString() ? text(setting, "value") : event::write_json(value->value);
}

void print_settings(const rapidjson::Document& answer, bool origin) {
    const auto data = answer.FindMember("data");
    if (data == answer.MemberEnd() || !data->value.IsArray()) return;
    std::vector<std::string> titles{"key", "value"};
    if (origin) titles.emplace_back("origin");
    table t(std::move(titles));
    for (const auto& each : data->value.GetArray()) {
        std::vector<std::string> cells{text(each, "key"), shown_value(each)};
        if (origin) cells.push_back(text(each, "origin"));
        t.add(std::move(cells));
    }
    t.print(std::cout, style_of(stdout));
    if (is_true(answer, "has_more")) std::cerr << "There are more keys.\n";
    const auto restart = answer.FindMember("needs_restart");
    if (restart == answer.MemberEnd() || !restart->value.IsArray()) return;
    for (const auto& each : restart->value.GetArray())
        if (each.IsString())
            std::cerr << "the file has another value, which needs a restart: "
                      << text::printable(each.GetString()) << '\n';
}

int show_configuration(const config_options& opts) {
    int code = exit_code::ok;
    std::optional<rapidjson::Document> answer;
    if (!opts.file.empty()) {
        answer = read_file(opts.file, code);
        if (!answer) return code;
    } else {
        auto asked = admin_client(opts.admin).call("GET", "/v1/configuration");
        if (!asked) return complain(asked.error());
        answer = std::move(*asked);
    }
    if (opts.json)
        print_json(*answer);
    else
        print_settings(*answer, opts.origin);
    return exit_code::ok;
}

} // namespace

void add_config_commands(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<config_options>();
    auto* config = app.add_subcommand("config", "The effective configuration");
    config->require_subcommand(1);
    auto* showing = config->add_subcommand(
        "show", "Every key with its value, secrets masked: of a running daemon, or of a file");
    add_admin_options(*showing, opts->admin);
    showing->add_option("FILE", opts->file, "A configuration (YAML), instead of the daemon's");
    showing->add_flag("--origin", opts->origin,
                      "show where each value comes from: a file and line, a variable, or the default");
    showing->add_flag("--json", opts->json, "print JSON");
    showing->callback([opts, &exit_code] { exit_code = show_configuration(*opts); });
}

} // namespace webhookd::cli
