#include "config/sections.hpp"
#include "config/wording.hpp"

namespace webhookd::config {
namespace {

constexpr std::string_view secret_in_command =
    "a secret on a command line can be read by every user of the machine; hand it over through `env`";

/// Values may be numbers or truth values: programs get texts anyway.
void read_env(object_reader& in, std::map<std::string, std::string>& out) {
    in.entries("env", [&](const yaml_entry& entry, const std::string& path) {
        static constexpr std::string_view word =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
        const bool digit = !entry.key.empty() && entry.key[0] >= '0' && entry.key[0] <= '9';
        if (entry.key.empty() || digit || entry.key.find_first_not_of(word) != std::string::npos)
            in.in().error(entry.at, path, "is not the name of an environment variable");
        else if (entry.key.starts_with("UNIVERSIGN_"))
            in.in().error(entry.at, path,
                          "is set by the daemon; choose a name that does not start with UNIVERSIGN_");
        if (auto value = in.in().read_text(*entry.value, path, true)) {
            in.in().note(*value, disclosure::secret);
            out[entry.key] = std::move(value->value);
        }
    });
}

void read_shell_limits(object_reader& in, shell_limits& out) {
    in.size("memory", out.memory, {1ull << 20}, {1ull << 40});
    in.duration("cpu_time", out.cpu_time, 1s, 24h);
    in.integer("open_files", out.open_files, 8, 1'000'000);
}

} // namespace

void read_log_handler(object_reader& in, log_handler& out) {
    read_log_level(in, out.level);
    in.file("file", out.file, outside_kind::log_file);
    in.choice("format", out.format, {{"json", log_format::json}, {"text", log_format::text}});
    in.choice("include", out.include_payload, {{"payload", true}});
    if (in.has("include")) in.note_default("redact", R"(["signing_links","api_tokens"])");
    if (read_redaction(in, out.redact) && !in.has("include"))
        in.warning("redact", "has no effect without `include: payload`");
}

void read_shell_handler(object_reader& in, shell_handler& out) {
    // `${NAME:-default}` belongs to the shell; only our own three references are filled in.
    const auto command = in.text_at("command", false, other_braces::keep);
    const auto argv = in.texts("argv");
    if (command) {
        out.command = command->value;
        if (command->referenced) in.in().warning(*command, std::string(secret_in_command));
    }
    if (argv) {
        if (in.find("argv")->items.empty()) in.error("argv", "must name a program");
        for (const auto& argument : *argv) {
            if (out.argv.empty()) in.in().outside.push_back({outside_kind::program, argument});
            out.argv.push_back(argument.value);
            if (argument.referenced) in.in().warning(argument, std::string(secret_in_command));
        }
    }
    if (in.has("command") && in.has("argv"))
        in.error("argv", "stands beside `command`; a handler runs one of them");
    else if (in.there() && !in.has("command") && !in.has("argv"))
        in.in().error(in.at({}), in.path(),
                      "needs `command` (run by /bin/sh) or `argv` (run without a shell)");

    read_env(in, out.env);
    if (const auto directory = in.text_at("working_directory")) {
        if (!directory->value.starts_with('/'))
            in.in().error(*directory, in_quotes(directory->raw) + " must be an absolute path");
        out.working_directory = directory->value;
        in.in().outside.push_back({outside_kind::working_directory, *directory});
    }
    if (const auto user = in.text_at("user")) {
        out.user = user->value;
        in.in().outside.push_back({outside_kind::user, *user});
    }
    in.object("limits", [&](object_reader& limits) { read_shell_limits(limits, out.limits); });
}

} // namespace webhookd::config
