#include <webhookd/exit_code.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/event_filters.hpp"

#include <iostream>
#include <memory>

namespace webhookd::cli {
namespace {

struct report_options {
    admin_options admin;
    std::string after;
    std::string before;
    std::string month;
    std::string endpoint;
    std::string api_key;
    bool compare = false;
    bool json = false;
};

std::string path_of(const report_options& opts) {
    auto window = std::pair(opts.after, opts.before);
    if (const auto month = month_window(opts.month)) window = *month;
    std::string path = opts.compare ? "/v1/events/report/compare" : "/v1/events/report";
    add_parameter(path, "created_gt", window.first);
    add_parameter(path, "created_lt", window.second);
    add_parameter(path, "endpoint", opts.endpoint);
    add_parameter(path, "api_key", opts.api_key);
    return path;
}

void print_report(const rapidjson::Document& report) {
    print_fields(report, {"total", "signatures", "visas", "reviews", "seals"});
    const auto levels = report.FindMember("signatures_by_required_level");
    if (levels == report.MemberEnd() || !levels->value.IsObject()) return;
    print_heading("SIGNATURES BY REQUIRED LEVEL");
    std::vector<column> names;
    for (const auto& level : levels->value.GetObject())
        names.emplace_back(level.name.GetString());
    print_fields(levels->value, names);
}

void print_comparison(const rapidjson::Document& answer) {
    print_rows(answer, "lines", {"field", {"received", "received here"}, "universign", "difference"});
    const auto differing = number(answer, "differing");
    if (differing == 0)
        std::cout << "\nEvery figure is the same.\n";
    else
        std::cout << '\n'
                  << differing << (differing == 1 ? " figure differs" : " figures differ")
                  << ". Below zero: webhooks may be missing (see `events gaps`), or Universign counts\n"
                     "otherwise: how its report does is not published.\n";
}

int report(const report_options& opts) {
    const auto answer = admin_client(opts.admin).call("GET", path_of(opts));
    if (!answer) {
        const bool no_key = opts.compare && answer.error().detail.starts_with("HTTP 409");
        const int code = complain(answer.error());
        return no_key ? exit_code::configuration : code;
    }
    if (opts.json)
        print_json(*answer);
    else if (opts.compare)
        print_comparison(*answer);
    else
        print_report(*answer);
    return opts.compare && number(*answer, "differing") != 0 ? exit_code::failed : exit_code::ok;
}

} // namespace

void add_report_command(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<report_options>();
    auto* reporting = app.add_subcommand("report", "What was consumed, counted over completed transactions");
    add_admin_options(*reporting, opts->admin);
    auto* after = reporting->add_option("--after", opts->after, "completed later than this (RFC 3339)");
    auto* before = reporting->add_option("--before", opts->before, "completed earlier than this (RFC 3339)");
    reporting->add_option("--month", opts->month, "of this month in UTC: 2026-03")
        ->excludes(after)
        ->excludes(before)
        ->check([](const std::string& text) {
            return month_window(text) ? std::string() : "not a month such as 2026-03";
        });
    reporting->add_option("--endpoint", opts->endpoint,
                          "received at this endpoint; name it with --compare where the daemon receives for "
                          "more than one workspace");
    auto* api_key = reporting->add_option("--api-key", opts->api_key, "of requests with this API key");
    reporting->add_flag("--compare", opts->compare, "beside Universign's own figures (universign.api.key)")
        ->excludes(api_key);
    reporting->add_flag("--json", opts->json, "print JSON");
    reporting->footer("Exit codes of --compare: 0 every figure is the same, 1 they differ, 69 the daemon or "
                      "Universign cannot be had,\n77 the token is refused, 78 no key is configured.");
    reporting->callback([opts, &exit_code] { exit_code = report(*opts); });
}

} // namespace webhookd::cli
