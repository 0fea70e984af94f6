#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/source_files.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// The documents are held to the files that they speak of.
namespace {

namespace fs = std::filesystem;

const fs::path source = webhookd::test::source_folder();

struct page {
    fs::path file;
    std::vector<std::string> lines; ///< as they are
    std::vector<std::string> prose; ///< without blocks of code
};

page read_page(const fs::path& file) {
    page p{file, {}, {}};
    std::istringstream in(webhookd::test::read_text(file));
    bool code = false;
    for (std::string line; std::getline(in, line); p.lines.push_back(line)) {
        const auto first = line.find_first_not_of(' ');
        const bool fence = first != std::string::npos && line.compare(first, 3, "```") == 0;
        if (!code && !fence) p.prose.push_back(line);
        code = code != fence;
    }
    return p;
}

std::vector<page> all_pages() {
    std::vector<page> pages;
    for (const auto& file : webhookd::test::source_files())
        if (file.extension() == ".md") pages.push_back(read_page(file));
    return pages;
}

/// What leads to a heading after the `#` of a link, as GitHub makes it.
std::string anchor_of(const std::string& heading) {
    std::string anchor;
    for (const char c : heading.substr(heading.find(' ') + 1)) {
        const auto letter = static_cast<unsigned char>(c);
        if (c == ' ' || c == '-')
            anchor += '-';
        else if (c == '_' || letter >= 0x80 || std::isalnum(letter) != 0)
            anchor += static_cast<char>(std::tolower(letter));
    }
    return anchor;
}

std::set<std::string> anchors_of(const page& p) {
    std::set<std::string> anchors;
    for (const auto& line : p.prose)
        if (line.starts_with('#')) anchors.insert(anchor_of(line));
    return anchors;
}

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// The keys that a schema allows, as paths; those below `when` are conditions, of any depth.
void collect_keys(const rapidjson::Value& root, const rapidjson::Value& schema, const std::string& path,
                  std::set<std::string>& keys) {
    if (schema.HasMember("$ref")) {
        const std::string name = schema["$ref"].GetString();
        return collect_keys(root, root["$defs"][name.substr(name.rfind('/') + 1).c_str()], path, keys);
    }
    if (schema.HasMember("properties") && !schema["properties"].HasMember("any")) {
        for (const auto& each : schema["properties"].GetObject())
            collect_keys(root, each.value, path + (path.empty() ? "" : ".") + each.name.GetString(), keys);
    } else if (schema.HasMember("items") && schema["items"].HasMember("properties")) {
        collect_keys(root, schema["items"], path + "[]", keys);
    } else {
        keys.insert(path);
    }
}

} // namespace

TEST_CASE("every link of the documents leads to a file and a heading that are there", "[documents]") {
    std::map<fs::path, std::set<std::string>> anchors;
    const auto pages = all_pages();
    for (const auto& each : pages)
        anchors.emplace(each.file, anchors_of(each));
    const std::regex link(R"(\]\(([^)#\s]*)#?([^)\s]*)\))");
    int followed = 0;
    for (const auto& each : pages)
        for (const auto& line : each.prose)
            for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
                const auto file = at->str(1);
                const auto heading = at->str(2);
                if (file.starts_with("http")) continue;
                const auto target =
                    file.empty() ? each.file : (each.file.parent_path() / file).lexically_normal();
                INFO(each.file.string() << " links to " << at->str());
                CHECK(fs::exists(target));
                if (!heading.empty()) CHECK(anchors[target].contains(heading));
                ++followed;
            }
    CHECK(followed > 50);
}

TEST_CASE("the documents have no long lines and no long pages", "[documents]") {
    for (const auto& each : all_pages()) {
        // Names of test cases have their own length, and an old entry stays as it was.
        const bool any_table = each.file == source / "tests" / "promises.md";
        if (each.file == source / "CHANGELOG.md") continue;
        CHECK(each.lines.size() <= 350);
        for (const auto& line : each.lines) {
            if (any_table && line.starts_with('|')) continue;
            INFO(each.file.string() << ": " << line);
            CHECK(characters(line) <= 120);
        }
    }
}

TEST_CASE("every key of the configuration's schema is in its page", "[documents]") {
    rapidjson::Document schema;
    schema.Parse(webhookd::test::read_text(source / "config" / "schema.json").c_str());
    REQUIRE_FALSE(schema.HasParseError());
    const auto check = [](const std::set<std::string>& keys, const char* file) {
        const auto text = webhookd::test::read_text(source / "config" / file);
        for (const auto& key : keys) {
            INFO(file << " does not tell of " << key);
            CHECK(text.find('`' + key + '`') != std::string::npos);
        }
    };
    std::set<std::string> keys;
    collect_keys(schema, schema, "", keys);
    keys.erase("handlers");
    CHECK(keys.size() > 40);
    check(keys, "README.md");
    std::set<std::string> of_handlers;
    for (const auto* kind : {"log_handler", "forward_handler", "shell_handler"})
        collect_keys(schema, schema["$defs"][kind], "", of_handlers);
    CHECK(of_handlers.size() > 30);
    check(of_handlers, "handlers.md");
}

TEST_CASE("every path of the API's description is in its page", "[documents]") {
    const auto page = webhookd::test::read_text(source / "config" / "api.md");
    std::istringstream in(webhookd::test::read_text(source / "config" / "openapi.yaml"));
    int paths = 0;
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("  /") || !line.ends_with(':')) continue;
        const auto path = line.substr(2, line.size() - 3);
        INFO("config/api.md does not tell of " << path);
        CHECK(page.find(' ' + path + '`') != std::string::npos);
        ++paths;
    }
    CHECK(paths > 20);
}

TEST_CASE("every test that tests/promises.md names for a promise is there", "[documents]") {
    const std::regex row(R"re(^\|[^|]*\| "(.*)" \| (\S+) \|$)re");
    const std::regex seam("\"\\s*\"");
    int promises = 0;
    for (const auto& line : read_page(source / "tests" / "promises.md").lines) {
        std::smatch found;
        if (!std::regex_match(line, found, row)) continue;
        INFO(line);
        const auto file = source / "tests" / found.str(2);
        REQUIRE(fs::exists(file));
        const auto text = std::regex_replace(webhookd::test::read_text(file), seam, "");
        CHECK(text.find("\"" + found.str(1) + "\"") != std::string::npos);
        ++promises;
    }
    CHECK(promises > 100);
}
