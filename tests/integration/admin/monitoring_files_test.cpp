#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/paths.hpp"
#include "support/run_tool.hpp"
#include "support/scrape.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <filesystem>
#include <functional>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace webhookd;
using test::scrape;

namespace {

const auto config = std::filesystem::path(test::source_folder()) / "config";
const auto dashboard = config / "grafana" / "universign-webhookd.json";
const auto alerts = config / "prometheus" / "alerts.yaml";
const auto alerts_test = config / "prometheus" / "alerts_test.yaml";

std::set<std::string> metrics_in(const std::string& text) {
    static const std::regex name("\\b(webhookd|process)_[a-z_]+\\b");
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at)
        found.insert(at->str());
    return found;
}

rapidjson::Document read_dashboard() {
    rapidjson::Document d;
    const auto text = test::read_text(dashboard);
    d.Parse(text.c_str());
    REQUIRE_FALSE(d.HasParseError());
    return d;
}

/// Every query of every panel, and what each panel asks for its data.
struct queries {
    std::vector<std::string> expressions;
    std::set<std::string> datasources;
    std::set<std::string> rows;
    std::set<int> ids;
    int panels = 0;
};

queries read_queries(const rapidjson::Document& d) {
    queries q;
    for (const auto& panel : d["panels"].GetArray()) {
        ++q.panels;
        q.ids.insert(panel["id"].GetInt());
        if (panel["type"].GetString() == std::string("row")) {
            q.rows.insert(panel["title"].GetString());
            continue;
        }
        q.datasources.insert(panel["datasource"]["uid"].GetString());
        for (const auto& target : panel["targets"].GetArray())
            q.expressions.push_back(target["expr"].GetString());
    }
    return q;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// The dashboard's queries as a file of recording rules, for a checker that knows PromQL.
std::string as_rules(const std::vector<std::string>& expressions) {
    std::string rules = "groups:\n  - name: dashboard\n    rules:\n";
    int number = 0;
    for (const auto& each : expressions) {
        const auto plain = replaced(replaced(each, "$__rate_interval", "5m"), "'", "''");
        rules += "      - { record: \"panel:" + std::to_string(++number) + "\", expr: '" + plain + "' }\n";
    }
    return rules;
}

} // namespace

TEST_CASE("every metric of the dashboard, the alerts and metrics.md is in a scrape, and metrics.md has all",
          "[metrics][monitoring]") {
    test::daemon_fixture daemon;
    const scrape s(daemon);
    for (const auto& file : {dashboard, alerts}) {
        const auto used = metrics_in(test::read_text(file));
        CHECK(used.size() > 10);
        for (const auto& name : used) {
            CAPTURE(file.string(), name);
            CHECK((s.names().contains(name) || s.families().contains(name)));
        }
    }
    const auto told = metrics_in(test::read_text(config / "metrics.md"));
    CHECK(told == s.families());
}

TEST_CASE("the dashboard can be imported and asks in PromQL", "[metrics][monitoring]") {
    const auto d = read_dashboard();
    const auto& variable = d["templating"]["list"][0];
    CHECK(variable["type"].GetString() == std::string("datasource"));
    CHECK(variable["name"].GetString() == std::string("datasource"));
    const auto q = read_queries(d);
    CHECK(q.rows == std::set<std::string>{"Intake", "Latency", "Deliveries", "Keys", "Storage and process"});
    CHECK(q.datasources == std::set<std::string>{"${datasource}"});
    CHECK(q.ids.size() == static_cast<std::size_t>(q.panels));
    CHECK(q.expressions.size() > 15);

    const test::temp_directory directory;
    const auto file = directory / "rules.yaml";
    test::write_text(file, as_rules(q.expressions));
    CHECK_NOTHROW(test::run_tool({"promtool", "check", "rules", file.string()}));
}

TEST_CASE("the alert rules are valid and fire when they should", "[metrics][monitoring]") {
    CHECK_NOTHROW(test::run_tool({"promtool", "check", "rules", alerts.string()}));
    CHECK_NOTHROW(test::run_tool({"promtool", "test", "rules", alerts_test.string()}));
}

TEST_CASE("every alert is tested and says what to do", "[metrics][monitoring]") {
    const auto text = test::read_text(alerts);
    const auto tests = test::read_text(alerts_test);
    const std::regex alert("- alert: (\\w+)");
    int found = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), alert), end; at != end; ++at, ++found) {
        INFO(at->str(1));
        CHECK(tests.find("labels: 'ALERTS{alertname=\"" + at->str(1) + "\"") != std::string::npos);
        const auto rule = text.substr(static_cast<std::size_t>(at->position()));
        const auto whole = rule.substr(0, rule.find("- alert:", 1));
        for (const auto* part : {"severity:", "summary:", "description:", "action:"})
            CHECK(whole.find(part) != std::string::npos);
    }
    CHECK(found >= 10);
}
