#include <webhookd/exit_code.hpp>
#include <webhookd/text/json_writer.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/event_filters.hpp"

#include <fmt/format.h>

#include <iostream>
#include <optional>
#include <vector>

namespace webhookd::cli {
namespace {

struct deliveries_options {
    admin_options admin;
    bool json = false;
    std::string state;
    std::string handler;
    std::string event;
    std::optional<std::string> cause;
    event_filters period; ///< of it only this
    std::string reason;
    std::size_t limit = 50;
    std::string cursor;
    std::vector<std::int64_t> ids;
};

int list_deliveries(const deliveries_options& opts) {
    auto path = filtered("/v1/deliveries", opts.period);
    add_parameter(path, "state", opts.state);
    add_parameter(path, "handler", opts.handler);
    add_parameter(path, "event", opts.event);
    add_parameter(path, "limit", std::to_string(opts.limit));
    add_parameter(path, "cursor", opts.cursor);
    if (opts.cause) path += "&cause=" + encoded(*opts.cause); // may be empty
    const auto answer = admin_client(opts.admin).call("GET", path);
    if (!answer) return complain(answer.error());
    print_list(*answer, opts.json, {"id", "state", "attempts", "handler", "event", "type", "due", "reason"});
    return exit_code::ok;
}

int show(const deliveries_options& opts) {
    const auto answer =
        admin_client(opts.admin).call("GET", "/v1/deliveries/" + std::to_string(opts.ids.at(0)));
    if (!answer) return complain(answer.error());
    if (opts.json) {
        print_json(*answer);
        return exit_code::ok;
    }
    print_fields(*answer, {"id", "event", "type", "endpoint", "handler", "state", "attempts", "reason",
                           "planned", "due", "finished"});
    print_heading("ATTEMPTS");
    print_rows(*answer, "history", {"started", "duration_ms", "status", "reason", "output"});
    if (const auto found = answer->FindMember("discards");
        found != answer->MemberEnd() && found->value.IsArray() && !found->value.Empty()) {
        print_heading("DISCARDED");
        print_rows(*answer, "discards", {"at", "by", "reason"});
    }
    return exit_code::ok;
}

int groups(const deliveries_options& opts) {
    std::string path = "/v1/deliveries/groups";
    add_parameter(path, "handler", opts.handler);
    add_parameter(path, "limit", std::to_string(opts.limit));
    const auto answer = admin_client(opts.admin).call("GET", path);
    if (!answer) return complain(answer.error());
    if (opts.json) {
        print_json(*answer);
        return exit_code::ok;
    }
    print_rows(*answer, "data", {"handler", "deliveries", "first_finished", "last_finished", "cause"});
    if (is_true(*answer, "has_more")) std::cerr << "There are more, smaller ones: --limit\n";
    return exit_code::ok;
}

/// `path` and what chooses among failed deliveries.
std::string of_failed(std::string path, const deliveries_options& opts) {
    add_parameter(path, "state", "failed");
    add_parameter(path, "handler", opts.handler);
    add_parameter(path, "event", opts.event);
    if (opts.cause) path += "&cause=" + encoded(*opts.cause); // may be empty
    return path;
}

/// One call for each delivery that is named, or one for all that the filters choose.
std::vector<std::string> paths_for(const char* action, const deliveries_options& opts) {
    std::vector<std::string> paths;
    for (const auto id : opts.ids)
        paths.push_back("/v1/deliveries/" + std::to_string(id) + '/' + action);
    if (paths.empty()) paths.push_back(of_failed(std::string{"/v1/deliveries/"} + action, opts));
    return paths;
}

int discard(const deliveries_options& opts) {
    if (opts.ids.empty() && opts.handler.empty()) {
        std::cerr
            << "universign-webhookd: name deliveries, or a handler whose failed deliveries are discarded\n";
        return exit_code::usage;
    }
    text::json_writer body;
    body.begin_object();
    body.text("reason", opts.reason);
    body.end_object();
    admin_client client(opts.admin);
    std::int64_t discarded = 0;
    for (const auto& path : paths_for("discard", opts)) {
        const auto answer = client.call("POST", path, std::string{body.view()});
        if (!answer) return complain(answer.error());
        discarded += number(*answer, "discarded");
    }
    std::cout << (opts.json ? fmt::format("{{\"discarded\":{}}}", discarded)
                            : fmt::format("{} discarded", discarded))
              << '\n';
    return exit_code::ok;
}

int retry(const deliveries_options& opts) {
    admin_client client(opts.admin);
    std::int64_t retried = 0;
    for (const auto& path : paths_for("retry", opts)) {
        const auto answer = client.call("POST", path);
        if (!answer) return complain(answer.error());
        retried += number(*answer, "retried");
        if (const auto skipped = answer->FindMember("skipped_handlers");
            skipped != answer->MemberEnd() && skipped->value.IsArray())
            for (const auto& each : skipped->value.GetArray())
                std::cerr << "not retried: the handler " << (each.IsString() ? each.GetString() : "")
                          << " is not in the configuration\n";
    }
    std::cout << (opts.json ? fmt::format("{{\"retried\":{}}}", retried) : fmt::format("{} retried", retried))
              << '\n';
    return exit_code::ok;
}

} // namespace

void add_deliveries_commands(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<deliveries_options>();
    const auto common = [opts](CLI::App* command) {
        add_admin_options(*command, opts->admin);
        command->add_flag("--json", opts->json, "print JSON");
        return command;
    };
    const auto filters = [opts](CLI::App* command) {
        command->add_option("--handler", opts->handler, "only this handler's");
        command->add_option("--event", opts->event, "only this event's");
    };
    const auto by_cause = [opts](CLI::App* command) {
        command->add_option("--cause", opts->cause, "only those that failed for this, as `groups` shows it");
    };
    auto* deliveries = app.add_subcommand("deliveries", "What ran, what waits, what failed and why");
    deliveries->require_subcommand(1);

    auto* listing = common(deliveries->add_subcommand("list", "The newest deliveries"));
    filters(listing);
    by_cause(listing);
    add_period(*listing, opts->period, "planned");
    listing->add_option("--state", opts->state, "pending, successful, failed or discarded")
        ->check(CLI::IsMember({"pending", "successful", "failed", "discarded"}));
    listing->add_option("--limit", opts->limit, "at most so many")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    listing->add_option("--cursor", opts->cursor, "where the page before ended");
    listing->callback([opts, &exit_code] { exit_code = list_deliveries(*opts); });

    auto* showing = common(deliveries->add_subcommand("show", "One delivery with its attempts"));
    showing->add_option("ID", opts->ids, "of the delivery")->required()->expected(1);
    showing->callback([opts, &exit_code] { exit_code = show(*opts); });

    auto* grouping = common(deliveries->add_subcommand("groups", "Failed deliveries by handler and cause"));
    grouping->add_option("--handler", opts->handler, "only this handler's");
    grouping->add_option("--limit", opts->limit, "at most so many groups")
        ->check(CLI::Range(1, 500))
        ->capture_default_str();
    grouping->callback([opts, &exit_code] { exit_code = groups(*opts); });

    auto* discarding = common(deliveries->add_subcommand("discard", "Give failed deliveries up"));
    discarding->add_option("ID", opts->ids, "of deliveries; without it those that the filters choose");
    filters(discarding);
    by_cause(discarding);
    discarding->add_option("--reason", opts->reason, "for the history of the deliveries")->required();
    discarding->callback([opts, &exit_code] { exit_code = discard(*opts); });

    auto* retrying = common(deliveries->add_subcommand("retry", "Run failed deliveries again"));
    retrying->add_option("ID", opts->ids,
                         "of deliveries; without it all failed ones that the filters choose");
    filters(retrying);
    by_cause(retrying);
    retrying->callback([opts, &exit_code] { exit_code = retry(*opts); });
}

} // namespace webhookd::cli
