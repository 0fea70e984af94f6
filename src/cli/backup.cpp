#include <webhookd/config/load.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/store/postgres.hpp>
#include <webhookd/store/sqlite.hpp>

#include "cli/commands.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <string>

namespace webhookd::cli {
namespace {

struct backup_call {
    std::string config = "/etc/universign-webhookd/universign-webhookd.yaml";
    std::string database;
    std::string to;
    bool force = false;
    bool json = false;
};

result<std::filesystem::path> find_database(const backup_call& call) {
    if (!call.database.empty()) return std::filesystem::path(call.database);
    const auto loaded =
        config::load_file(call.config, config::secret_sources::of_process(), config::outside_world::ignored);
    if (loaded.value && store::is_postgres_url(loaded.value->fixed.storage_url))
        return failure{
            errc::argument_invalid,
            "PostgreSQL makes its own backups: pg_dump --format=custom --schema=universign_webhookd "
            "for a copy of one moment; pg_basebackup with archived journals (WAL) for every moment"};
    if (loaded.value) return store::parse_sqlite_url(loaded.value->fixed.storage_url);
    std::string mistakes;
    for (const auto& each : loaded.diagnostics)
        mistakes += '\n' + to_string(each);
    return failure{errc::configuration_invalid, "the configuration cannot be read" + mistakes};
}

int back_up(const backup_call& call) {
    const auto complain = [](const failure& f) {
        std::cerr << "universign-webhookd: " << to_string(f) << '\n';
        return exit_code::of(f.code);
    };
    const auto database = find_database(call);
    if (!database) return complain(database.error());
    store::backup_options options{.database = *database, .to = call.to, .replace = call.force};
    const bool watched = is_terminal(stderr);
    if (watched)
        options.on_progress = [](std::int64_t copied, std::int64_t all) {
            std::cerr << fmt::format("\r{:3} % of {} MiB ", all == 0 ? 100 : copied * 100 / all, all >> 20)
                      << std::flush;
        };
    const auto done = store::back_up_sqlite(options);
    if (watched) std::cerr << '\n';
    if (!done) {
        const int code = complain(done.error());
        if (done.error().code == errc::file_unwritable && !call.force && std::filesystem::exists(call.to))
            std::cerr << "--force replaces it\n";
        return code;
    }
    if (call.json)
        std::cout << fmt::format("{{\"events\":{},\"bytes\":{}}}\n", done->events, done->bytes);
    else
        std::cout << fmt::format("{} events, {} bytes, checked: {}\n", done->events, done->bytes, call.to);
    return exit_code::ok;
}

} // namespace

void add_backup_command(CLI::App& app, int& exit_code) {
    const auto call = std::make_shared<backup_call>();
    auto* command =
        app.add_subcommand("backup", "Copy the database, also of a running daemon, and check the copy");
    auto* config =
        command->add_option("-c,--config", call->config, "configuration file that names the database")
            ->capture_default_str();
    command->add_option("--database", call->database, "the database itself")->excludes(config);
    command->add_option("--to", call->to, "the copy")->required();
    command->add_flag("-f,--force", call->force, "replace a file that is there");
    command->add_flag("--json", call->json, "print JSON");
    command->callback([call, &exit_code] { exit_code = back_up(*call); });
}

} // namespace webhookd::cli
