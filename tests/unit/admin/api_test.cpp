#include "admin/route.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"

#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;

namespace {

/// Sorted lines such as `get /v1/events/report integrator created_gt created_lt endpoint`; `anybody` stands
/// for the role where none is needed.
using operations = std::vector<std::string>;

std::string to_line(const std::string& operation, const std::string& role,
                    std::vector<std::string> parameters) {
    std::sort(parameters.begin(), parameters.end());
    auto line = operation + ' ' + role;
    for (const auto& each : parameters)
        line += ' ' + each;
    return line;
}

std::string name_of(const admin::permission& needed) {
    const auto* role = std::get_if<config::role>(&needed);
    if (role == nullptr) return "anybody";
    return std::string(config::name_of(*role));
}

std::string name_of(http::verb verb) {
    return verb == http::verb::get ? "get " : verb == http::verb::post ? "post " : "delete ";
}

operations in_the_table() {
    operations all;
    for (const auto& each : admin::routes()) {
        std::vector<std::string> parameters;
        if (each.parameters) parameters.assign(each.parameters->begin(), each.parameters->end());
        all.push_back(
            to_line(name_of(each.verb) + std::string(each.path), name_of(each.needs), std::move(parameters)));
    }
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<std::string> query_parameters(const YAML::Node& document, const YAML::Node& list) {
    std::vector<std::string> names;
    for (auto each : list) {
        if (each["$ref"]) {
            const auto reference = each["$ref"].as<std::string>();
            each.reset(document["components"]["parameters"][reference.substr(reference.rfind('/') + 1)]);
        }
        if (each["in"].as<std::string>() == "query") names.push_back(each["name"].as<std::string>());
    }
    return names;
}

/// Those of the admin listener.
operations in_the_document(const std::string& text) {
    const YAML::Node document = YAML::Load(text);
    operations all;
    for (const auto& path : document["paths"])
        for (const auto& entry : path.second) {
            const auto verb = entry.first.as<std::string>();
            const YAML::Node operation = entry.second; // or what all operations of the path share
            if (!operation.IsMap() || operation["tags"][0].as<std::string>() == "ingest") continue;
            const bool open = operation["security"] && operation["security"].size() == 0;
            const auto role = operation["x-role"] ? operation["x-role"].as<std::string>() : "";
            all.push_back(to_line(verb + ' ' + path.first.as<std::string>(), open ? "anybody" : role,
                                  query_parameters(document, operation["parameters"])));
        }
    std::sort(all.begin(), all.end());
    return all;
}

std::string document() {
    return test::read_text(test::source_folder() + std::string("/config/openapi.yaml"));
}

} // namespace

TEST_CASE("config/openapi.yaml documents every route with its verb and role and parameters and no other",
          "[admin][openapi]") {
    CHECK(in_the_document(document()) == in_the_table());
}

TEST_CASE("a document that differs from the table of routes is seen to differ", "[admin][openapi]") {
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {"  /v1/events/count:\n", "  /v1/events/counted:\n"},
        {"      x-role: admin\n", "      x-role: owner\n"},
        {"  /v1/reload:\n    post:\n", "  /v1/reload:\n    get:\n"},
        {"        - $ref: \"#/components/parameters/Text\"\n", ""},
    };
    for (const auto& [text, instead] : mistakes) {
        INFO(text);
        auto changed = document();
        const auto at = changed.find(text);
        REQUIRE(at != std::string::npos);
        changed.replace(at, text.size(), instead);
        CHECK(in_the_document(changed) != in_the_table());
    }
}
