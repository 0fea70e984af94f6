#include <webhookd/exit_code.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <string>

namespace webhookd::cli {
namespace {

struct removal_options {
    admin_options admin;
    std::string transaction;
    std::string before;
    std::string endpoint;
    bool dry_run = false;
    bool yes = false;
    bool json = false;
};

std::string erase_path(const removal_options& opts, bool dry_run) {
    auto path = "/v1/transactions/" + encoded(opts.transaction) + "/erase";
    add_parameter(path, "endpoint", opts.endpoint);
    if (dry_run) add_parameter(path, "dry_run", "true");
    return path;
}

std::string purge_path(const removal_options& opts, bool dry_run) {
    std::string path = "/v1/events/purge";
    add_parameter(path, "created_lt", opts.before);
    add_parameter(path, "endpoint", opts.endpoint);
    if (dry_run) add_parameter(path, "dry_run", "true");
    return path;
}

/// Asks on a terminal; without one `--yes` must have answered already.
bool confirmed(const removal_options& opts, const std::string& question) {
    if (opts.yes) return true;
    if (!is_terminal(stdin)) {
        std::cerr
            << "universign-webhookd: this cannot be undone: look with --dry-run, then repeat with --yes\n";
        return false;
    }
    std::cerr << text::printable(question) << " This cannot be undone. [y/N] " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line == "y" || line == "yes";
}

std::string describe_erasure(const rapidjson::Document& answer, const char* verb) {
    return fmt::format("{} {} of {} events; {} waiting deliveries {}", number(answer, "bodies"), verb,
                       number(answer, "events"), number(answer, "deliveries_failed"),
                       answer["dry_run"].GetBool() ? "would fail" : "failed");
}

int erase(const removal_options& opts) {
    admin_client client(opts.admin);
    const auto preview = client.call("POST", erase_path(opts, true));
    if (!preview) return complain(preview.error());
    if (opts.dry_run) {
        if (opts.json)
            print_json(*preview);
        else
            std::cout << describe_erasure(*preview, "bodies would be erased") << '\n';
        return exit_code::ok;
    }
    if (!confirmed(opts, fmt::format("Erase transaction {}: {} events, {} bodies?", opts.transaction,
                                     number(*preview, "events"), number(*preview, "bodies"))))
        return exit_code::usage;
    const auto done = client.call("POST", erase_path(opts, false));
    if (!done) return complain(done.error());
    if (opts.json)
        print_json(*done);
    else
        std::cout << describe_erasure(*done, "bodies erased") << '\n';
    if (text(*done, "remnants") == "possible")
        std::cerr
            << "universign-webhookd: copies may still stand in the database's file, which is of a kind whose "
               "pages are not cleaned: stop the daemon and run VACUUM on it\n";
    return exit_code::ok;
}

int purge(const removal_options& opts) {
    admin_client client(opts.admin);
    const auto preview = client.call("POST", purge_path(opts, true));
    if (!preview) return complain(preview.error());
    if (opts.dry_run) {
        if (opts.json)
            print_json(*preview);
        else
            std::cout << number(*preview, "events") << " events would be purged\n";
        return exit_code::ok;
    }
    if (!confirmed(
            opts, fmt::format("Purge {} events created before {}?", number(*preview, "events"), opts.before)))
        return exit_code::usage;
    std::int64_t events = 0;
    std::int64_t held = 0;
    for (std::string cursor;;) {
        auto path = purge_path(opts, false);
        add_parameter(path, "cursor", cursor);
        const auto answer = client.call("POST", path);
        if (!answer) return complain(answer.error());
        events += number(*answer, "events");
        held += number(*answer, "held");
        cursor = text(*answer, "next_cursor");
        if (cursor.empty()) break;
    }
    if (opts.json)
        std::cout << fmt::format("{{\"dry_run\":false,\"events\":{},\"held\":{}}}\n", events, held);
    else
        std::cout << fmt::format("{} events purged", events)
                  << (held != 0 ? fmt::format("; {} stay, because deliveries wait for them\n", held) : "\n");
    return exit_code::ok;
}

} // namespace

void add_event_removal(CLI::App& events, int& exit_code) {
    const auto opts = std::make_shared<removal_options>();
    const auto command = [&](const char* name, const char* what, int (*run)(const removal_options&)) {
        auto* added = events.add_subcommand(name, what);
        add_admin_options(*added, opts->admin);
        added->add_option("--endpoint", opts->endpoint, "only what this endpoint received");
        added->add_flag("--dry-run", opts->dry_run, "only count");
        added->add_flag("-y,--yes", opts->yes, "do not ask");
        added->add_flag("--json", opts->json, "print JSON");
        added->callback([opts, run, &exit_code] { exit_code = run(*opts); });
        return added;
    };
    command("erase", "Erase bodies and personal data of a transaction, for good", erase)
        ->add_option("--transaction", opts->transaction, "its id")
        ->required();
    command("purge", "Remove old events, for good", purge)
        ->add_option("--before", opts->before, "created earlier than this (RFC 3339)")
        ->required();
}

} // namespace webhookd::cli
