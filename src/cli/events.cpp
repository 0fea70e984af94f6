#include <webhookd/exit_code.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/event_filters.hpp"

#include <fmt/format.h>

#include <iostream>

namespace webhookd::cli {
namespace {

struct events_options {
    admin_options admin;
    event_filters filters;
    bool json = false;
    std::size_t limit = 50;
    std::string cursor;
    std::string id;
    std::string handler;
    bool dry_run = false;
};

int list_events(const events_options& opts) {
    auto path = filtered("/v1/events", opts.filters);
    add_parameter(path, "limit", std::to_string(opts.limit));
    add_parameter(path, "cursor", opts.cursor);
    const auto answer = admin_client(opts.admin).call("GET", path);
    if (!answer) return complain(answer.error());
    print_list(*answer, opts.json,
               {"created", "type", "id", {"transaction_id", "transaction"}, "state", "endpoint"});
    return exit_code::ok;
}

int count(const events_options& opts) {
    const auto answer = admin_client(opts.admin).call("GET", filtered("/v1/events/count", opts.filters));
    if (!answer) return complain(answer.error());
    if (opts.json)
        print_json(*answer);
    else
        std::cout << number(*answer, "events") << '\n';
    return exit_code::ok;
}

int types(const events_options& opts) {
    const auto answer = admin_client(opts.admin).call("GET", "/v1/event-types");
    if (!answer) return complain(answer.error());
    print_list(*answer, opts.json, {"type", "received", "description"});
    return exit_code::ok;
}

/// What one or several calls replayed.
struct replayed {
    std::int64_t events = 0;
    std::int64_t deliveries = 0;
    std::int64_t without_body = 0;
};

result<replayed> replay_all(admin_client& client, const events_options& opts) {
    std::string path = opts.id.empty() ? filtered("/v1/events/replay", opts.filters)
                                       : "/v1/events/" + encoded(opts.id) + "/replay";
    if (!opts.id.empty()) add_parameter(path, "endpoint", opts.filters.endpoint);
    add_parameter(path, "handler", opts.handler);
    if (opts.dry_run) add_parameter(path, "dry_run", "true");
    replayed all;
    for (std::string cursor;;) {
        auto page = path;
        add_parameter(page, "cursor", cursor);
        const auto answer = client.call("POST", page);
        if (!answer) return answer.error();
        all.events += number(*answer, "events");
        all.deliveries += number(*answer, "deliveries");
        all.without_body += number(*answer, "without_body");
        cursor = text(*answer, "next_cursor");
        if (cursor.empty()) return all;
    }
}

int replay(const events_options& opts) {
    if (opts.id.empty() && is_empty(opts.filters) && !opts.dry_run) {
        std::cerr
            << "universign-webhookd: name an event, or filters, or look with --dry-run first: this would "
               "replay all that was ever received\n";
        return exit_code::usage;
    }
    admin_client client(opts.admin);
    const auto all = replay_all(client, opts);
    if (!all) return complain(all.error());
    if (opts.json) {
        std::cout << fmt::format("{{\"dry_run\":{},\"events\":{},\"deliveries\":{},\"without_body\":{}}}\n",
                                 opts.dry_run, all->events, all->deliveries, all->without_body);
        return exit_code::ok;
    }
    std::cout << fmt::format("{} {} of {} events\n", all->deliveries,
                             opts.dry_run ? "deliveries would be planned" : "deliveries planned",
                             all->events);
    if (all->without_body != 0)
        std::cout << fmt::format("{} events have no body any more and cannot be replayed\n",
                                 all->without_body);
    return exit_code::ok;
}

} // namespace

void add_events_commands(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<events_options>();
    auto* events = app.add_subcommand("events", "What was received: search, look, export, replay");
    events->require_subcommand(1);
    const auto command = [&](const char* name, const char* what, int (*run)(const events_options&)) {
        auto* added = events->add_subcommand(name, what);
        add_admin_options(*added, opts->admin);
        added->add_flag("--json", opts->json, "print JSON");
        added->callback([opts, run, &exit_code] { exit_code = run(*opts); });
        return added;
    };
    auto* listing = command("list", "Events, newest first", list_events);
    add_event_filters(*listing, opts->filters);
    listing->add_option("--limit", opts->limit, "at most so many")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    listing->add_option("--cursor", opts->cursor, "where the page before ended");

    add_event_filters(*command("count", "How many events the filters choose", count), opts->filters);

    command("types", "The types of events, and how many of each were received", types);

    auto* replaying = command("replay", "Run handlers again, for one event or for many", replay);
    replaying->add_option("ID", opts->id, "of the event; without it all that the filters choose");
    add_event_filters(*replaying, opts->filters);
    replaying->add_option("--handler", opts->handler, "only this handler");
    replaying->add_flag("--dry-run", opts->dry_run, "only count");

    add_event_show(*events, exit_code);
    add_event_histogram(*events, exit_code);
    add_event_export(*events, exit_code);
    add_event_tail(*events, exit_code);
    add_event_removal(*events, exit_code);
    add_event_gaps(*events, exit_code);
}

} // namespace webhookd::cli
