#include <webhookd/config/units.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/time.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/event_filters.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace webhookd::cli {
namespace {

struct gaps_options {
    admin_options admin;
    event_filters filters;
    std::string grace = "10m";
    std::size_t limit = 100;
    std::string cursor;
    bool json = false;
};

/// Adds the elements of one array to another.
void append(rapidjson::Value& to, const rapidjson::Value& from, rapidjson::Document& owner) {
    for (const auto& each : from.GetArray())
        to.PushBack(rapidjson::Value(each, owner.GetAllocator()), owner.GetAllocator());
}

bool is_page(const rapidjson::Document& answer) {
    const auto data = answer.FindMember("data");
    const auto outages = answer.FindMember("outages");
    return data != answer.MemberEnd() && data->value.IsArray() && outages != answer.MemberEnd() &&
           outages->value.IsArray();
}

/// As many pages as it takes: one may be empty, for the daemon looks at so many events for each.
result<rapidjson::Document> collect(const gaps_options& opts) {
    admin_client client(opts.admin);
    auto path = filtered("/v1/events/gaps", opts.filters);
    const auto grace = std::chrono::duration_cast<std::chrono::seconds>(
        config::parse_duration(opts.grace).value_or(std::chrono::minutes(10)));
    add_parameter(path, "grace", std::to_string(grace.count()));
    std::optional<rapidjson::Document> all;
    for (auto cursor = opts.cursor;;) {
        auto page = path;
        const auto so_far = all ? (*all)["data"].Size() : 0;
        add_parameter(page, "limit", std::to_string(std::max<std::size_t>(opts.limit - so_far, 1)));
        add_parameter(page, "cursor", cursor);
        auto answer = client.call("GET", page);
        if (!answer) return answer.error();
        if (!is_page(*answer)) return failure{errc::argument_invalid, "the answer is no list of gaps"};
        cursor = text(*answer, "next_cursor");
        if (!all) {
            all = std::move(*answer);
        } else {
            append((*all)["data"], (*answer)["data"], *all);
            (*all)["has_more"] = !cursor.empty();
            (*all)["next_cursor"].SetString(cursor.c_str(), all->GetAllocator());
        }
        if (cursor.empty()) (*all)["next_cursor"].SetNull();
        if (cursor.empty() || (*all)["data"].Size() >= opts.limit) return std::move(*all);
    }
}

std::string advice_on_gap(const rapidjson::Value& gap, std::string_view now) {
    const auto last = second(gap, "last_try");
    if (text(gap, "retries") != "expected") return "send it again at Universign: no try since " + last;
    if (text(gap, "last_try_from") <= now)
        return "send it again at Universign: its last try may be over, at the latest by " + last;
    return "wait: next try by " + second(gap, "next_try") + ", tried until " + second(gap, "last_try_from") +
           ", at the latest " + last;
}

/// What to send again, for its last try came within the outage, or may have.
std::string advice_on_lost(const rapidjson::Value& outage) {
    auto advice = "send again at Universign what happened before " + second(outage, "in_doubt_before") + " (";
    if (text(outage, "given_up_before").empty())
        advice += "its last try may be over";
    else
        advice += "before " + second(outage, "given_up_before") + " its last try is over, then it may be";
    return advice + "); the rest by " + second(outage, "last_try");
}

std::string advice_on_outage(const rapidjson::Value& outage, std::string_view now) {
    if (!text(outage, "in_doubt_before").empty()) return advice_on_lost(outage);
    if (text(outage, "retries") == "over")
        return "nothing: the last try was by " + second(outage, "last_try");
    if (text(outage, "tried_again_by") > now)
        return "wait: all is tried again by " + second(outage, "tried_again_by");
    return "nothing: all was tried again by " + second(outage, "tried_again_by");
}

/// As the daemon writes instants, so that the two can be compared as texts.
std::string this_moment() {
    return to_rfc3339(std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now()));
}

void print_gaps(const rapidjson::Value& gaps) {
    const auto now = this_moment();
    table t({"transaction", "missing", "evidence", "created", "endpoint", "what to do"});
    for (const auto& each : gaps.GetArray())
        t.add({cell(each, "transaction_id"), cell(each, "missing"), cell(each, "evidence"),
               second(each, "evidence_created"), cell(each, "endpoint"), advice_on_gap(each, now)});
    t.print(std::cout, style_of(stdout));
}

void print_outages(const rapidjson::Value& outages) {
    const auto now = this_moment();
    table t({"began", "ended", "reason", "endpoint", "refused", "arrived since", "what to do"});
    for (const auto& each : outages.GetArray())
        t.add({second(each, "began"), second(each, "ended"), cell(each, "reason"),
               text(each, "endpoint").empty() ? "all" : cell(each, "endpoint"), cell(each, "refused"),
               cell(each, "arrived"), advice_on_outage(each, now)});
    print_heading("OUTAGES");
    t.print(std::cout, style_of(stdout));
}

int gaps(const gaps_options& opts) {
    const auto found = collect(opts);
    if (!found) return complain(found.error());
    if (opts.json) {
        print_json(*found);
        return exit_code::ok;
    }
    if ((*found)["data"].Empty())
        std::cout << "none\n";
    else
        print_gaps((*found)["data"]);
    if (!(*found)["outages"].Empty()) print_outages((*found)["outages"]);
    if (const auto next = text(*found, "next_cursor"); !next.empty())
        std::cerr << "There are more: --cursor " << next << '\n';
    return exit_code::ok;
}

} // namespace

void add_event_gaps(CLI::App& events, int& exit_code) {
    auto opts = std::make_shared<gaps_options>();
    auto* command = events.add_subcommand(
        "gaps", "What Universign must have sent and did not arrive, and when nothing could arrive");
    add_admin_options(*command, opts->admin);
    add_period(*command, opts->filters);
    command->add_option("--endpoint", opts->filters.endpoint, "received at this endpoint");
    command->add_option("--grace", opts->grace, "pass over what arrived within this time")
        ->check(check_duration)
        ->capture_default_str();
    command->add_option("--limit", opts->limit, "at most so many")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--cursor", opts->cursor, "where the page before ended");
    command->add_flag("--json", opts->json, "print JSON");
    command->callback([opts, &exit_code] { exit_code = gaps(*opts); });
}

} // namespace webhookd::cli
