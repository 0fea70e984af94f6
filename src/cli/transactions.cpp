#include <webhookd/exit_code.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::cli {
namespace {

struct transactions_options {
    admin_options admin;
    std::string id;
    std::string endpoint;
    bool json = false;
};

/// Whose deliveries are listed one by one: those of so many events that are not all well.
constexpr std::size_t most_looked_into = 20;

/// In its two largest units: `3 d 4 h`, `42 s`.
std::string short_duration(std::int64_t milliseconds) {
    static constexpr std::pair<std::int64_t, const char*> units[] = {
        {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}};
    std::string out;
    int parts = 0;
    for (const auto& [length, unit] : units) {
        if (parts == 2 || (out.empty() && milliseconds < length)) continue;
        ++parts;
        if (const auto count = milliseconds / length; count > 0)
            out += fmt::format("{}{} {}", out.empty() ? "" : " ", count, unit);
        milliseconds %= length;
    }
    return out.empty() ? "0 s" : out;
}

/// When an event happened, as text that can be compared.
std::string happened(const rapidjson::Value& event) {
    const auto created = text(event, "created");
    return created.empty() ? text(event, "received") : created;
}

/// The lines of one timeline.
class timeline_view {
public:
    timeline_view(admin_client& client, const rapidjson::Value& transaction)
        : client_(client)
        , endpoint_(text(transaction, "endpoint")) {
        for (const auto& each : list_of(transaction, "missing").GetArray())
            missing_.push_back(&each);
        std::ranges::stable_sort(missing_, {}, [](const auto* gap) { return text(*gap, "sent_before"); });
        for (const auto& each : list_of(transaction, "events").GetArray())
            add_event(each);
        add_missing_before({}, {});
    }

    void print() const { lines_.print(std::cout, style_of(stdout)); }

private:
    /// A gap stands before the event that proves it. An empty instant is the end.
    void add_missing_before(const std::string& id, const std::string& at) {
        while (!missing_.empty()) {
            const auto& gap = *missing_.front();
            if (!at.empty() && text(gap, "evidence") != id && text(gap, "sent_before") > at) return;
            std::string remark = text(gap, "retries") == "expected"
                                     ? "Universign tries again by " + second(gap, "next_try")
                                     : "Universign's last try is over: send it again there";
            remark += "; known from " + text(gap, "evidence_type");
            lines_.add({"", "", "MISSING " + text(gap, "missing"), text(gap, "action_id"), remark});
            missing_.erase(missing_.begin());
        }
    }

    void add_event(const rapidjson::Value& event) {
        const auto id = text(event, "id");
        add_missing_before(id, happened(event));
        const auto elapsed = event.FindMember("elapsed_ms");
        const bool first = elapsed == event.MemberEnd() || !elapsed->value.IsInt64();
        lines_.add({second(event, text(event, "created").empty() ? "received" : "created"),
                    first ? "" : "+" + short_duration(elapsed->value.GetInt64()), text(event, "type"), id,
                    remarks(event)});
        const auto counts = event.FindMember("deliveries");
        if (counts != event.MemberEnd() && counts->value.IsObject()) add_deliveries(id, counts->value);
    }

    static std::string remarks(const rapidjson::Value& event) {
        std::vector<std::string> all;
        if (const auto why = text(event, "stalled_reason"); !why.empty()) all.push_back(why);
        if (const auto late = number(event, "late_ms"); late > 0)
            all.push_back("arrived " + short_duration(late) + " late");
        if (is_true(event, "out_of_order")) all.emplace_back("arrived after a later one");
        return fmt::format("{}", fmt::join(all, "; "));
    }

    void add_deliveries(const std::string& id, const rapidjson::Value& counts) {
        std::vector<std::string> told;
        for (const char* state : {"successful", "pending", "failed", "discarded"})
            if (const auto count = number(counts, state); count > 0)
                told.push_back(fmt::format("{} {}", count, state));
        if (told.empty()) return;
        lines_.add({"", "", fmt::format("  deliveries: {}", fmt::join(told, ", ")), "", ""});
        if (number(counts, "pending") + number(counts, "failed") == 0) return;
        if (looked_into_++ < most_looked_into) add_unfinished(id);
    }

    /// Each that is not successful, with the reason. What cannot be read is left out: the counts say enough.
    void add_unfinished(const std::string& id) {
        std::string path = "/v1/deliveries?limit=100";
        add_parameter(path, "event", id);
        const auto answer = client_.call("GET", path);
        if (!answer) return;
        for (const auto& each : list_of(*answer, "data").GetArray()) {
            const auto state = text(each, "state");
            if (text(each, "endpoint") != endpoint_ || state == "successful") continue;
            auto remark = text(each, "reason");
            if (const auto due = second(each, "due"); state == "pending" && due != "-")
                remark += (remark.empty() ? "due " : "; due ") + due;
            lines_.add({"", "", "    " + text(each, "handler") + ": " + state, "", remark});
        }
    }

    admin_client& client_;
    const std::string endpoint_;
    std::vector<const rapidjson::Value*> missing_; ///< not shown yet, earliest first
    table lines_{{"created", "after", "event", "id", "remarks"}};
    std::size_t looked_into_ = 0;
};

void print_transaction(admin_client& client, const rapidjson::Value& transaction) {
    print_fields(transaction, {{"id", "transaction"}, "endpoint", "state"});
    print_heading("TIMELINE");
    if (is_true(transaction, "has_more")) std::cout << "(older events: events list --transaction)\n";
    timeline_view(client, transaction).print();
    if (list_of(transaction, "expected").Empty()) return;
    print_heading("NEXT");
    print_rows(transaction, "expected", {{"type", "event"}, {"action_id", "action"}, "by"});
}

int show_transaction(const transactions_options& opts) {
    auto path = "/v1/transactions/" + encoded(opts.id);
    add_parameter(path, "endpoint", opts.endpoint);
    admin_client client(opts.admin);
    const auto transaction = client.call("GET", path);
    if (!transaction) return complain(transaction.error());
    if (opts.json)
        print_json(*transaction);
    else
        print_transaction(client, *transaction);
    return exit_code::ok;
}

} // namespace

void add_transactions_commands(CLI::App& app, int& exit_code) {
    auto opts = std::make_shared<transactions_options>();
    auto* transactions = app.add_subcommand("transactions", "What the events of one transaction tell");
    transactions->require_subcommand(1);
    auto* showing = transactions->add_subcommand(
        "show", "One transaction: its timeline with deliveries, what is missing and what comes next");
    add_admin_options(*showing, opts->admin);
    showing->add_option("ID", opts->id, "of the transaction")->required();
    showing->add_option("--endpoint", opts->endpoint, "where several endpoints have the transaction");
    showing->add_flag("--json", opts->json, "print JSON");
    showing->callback([opts, &exit_code] { exit_code = show_transaction(*opts); });
}

} // namespace webhookd::cli
