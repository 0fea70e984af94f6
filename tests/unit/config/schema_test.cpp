#include "config/sections.hpp"
#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include <algorithm>
#include <set>
#include <sstream>

using namespace webhookd;
using namespace webhookd::config;

namespace {

const rapidjson::Document& schema() {
    static const auto document = [] {
        rapidjson::Document parsed;
        parsed.Parse<rapidjson::kParseIterativeFlag>(test::read_source_file("config/schema.json"));
        REQUIRE_FALSE(parsed.HasParseError());
        return parsed;
    }();
    return document;
}

const rapidjson::Value& resolved(const rapidjson::Value& node) {
    if (!node.IsObject() || !node.HasMember("$ref")) return node;
    // Without the `#`: a pointer that RapidJSON cannot read would stand for the whole document.
    const rapidjson::Pointer pointer(node["$ref"].GetString() + 1);
    REQUIRE(pointer.IsValid());
    const auto* target = pointer.Get(schema());
    REQUIRE(target);
    return resolved(*target);
}

/// Collects the keys of each section, named as in `key_table`. A definition that stands within itself, as
/// conditions do, is walked once: `around` are those that are being walked.
void walk(const rapidjson::Value& unresolved, const std::string& section, key_table& out,
          std::set<const rapidjson::Value*> around = {}) {
    const auto& node = resolved(unresolved);
    if (&node != &unresolved && !around.insert(&node).second) return;
    INFO("section " << section);
    if (node.HasMember("type") &&
        std::string_view(node["type"].IsString() ? node["type"].GetString() : "") == "object") {
        // An object says what it takes, and takes nothing else.
        REQUIRE(node.HasMember("additionalProperties"));
        const auto& others = node["additionalProperties"];
        CHECK((others.IsObject() || others.IsFalse()));
        CHECK((resolved(unresolved).HasMember("description") || unresolved.HasMember("description")));
    }
    if (node.HasMember("properties")) {
        for (const auto& property : node["properties"].GetObject()) {
            out[section].insert(property.name.GetString());
            INFO("key " << property.name.GetString());
            CHECK((property.value.HasMember("description") ||
                   resolved(property.value).HasMember("description")));
            walk(property.value,
                 section.empty() ? property.name.GetString() : section + '.' + property.name.GetString(), out,
                 around);
        }
    }
    if (node.HasMember("items")) walk(node["items"], section + "[]", out, around);
    if (node.HasMember("additionalProperties") && node["additionalProperties"].IsObject())
        walk(node["additionalProperties"], section + ".*", out, around);
    for (const char* choice : {"anyOf", "oneOf"}) {
        if (!node.HasMember(choice)) continue;
        for (const auto& option : node[choice].GetArray()) {
            const auto* type = rapidjson::Pointer("/properties/type/const").Get(resolved(option));
            walk(option, type ? section + '<' + type->GetString() + '>' : section, out, around);
        }
    }
}

std::vector<std::string> flattened(const key_table& table) {
    std::vector<std::string> out;
    for (const auto& [section, keys] : table)
        for (const auto& key : keys)
            out.push_back(section + ": " + key);
    return out;
}

constexpr std::string_view word = "abcdefghijklmnopqrstuvwxyz_0123456789";

/// Whether a text starts as `key: value`, `key:` or `- key: value` do.
bool is_option(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.starts_with("- ")) text.remove_prefix(2);
    const auto end = std::min(text.find_first_not_of(word), text.size());
    return end > 0 && (text.substr(end) == ":" || text.substr(end).starts_with(": "));
}

/// The example with every option that is commented out put in force; what is commented out twice stays.
std::string everything_in_force() {
    std::istringstream lines(test::read_source_file("config/universign-webhookd.yaml"));
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const auto mark = line.find_first_not_of(' ');
        if (mark != std::string::npos && line.compare(mark, 2, "# ") == 0 && is_option(line.substr(mark + 2)))
            line.erase(mark, 2);
        out += line;
        out += '\n';
    }
    return out;
}

/// Whether a key occurs in a text, in force or not.
bool shows(std::string_view text, const std::string& key) {
    for (auto at = text.find(key + ':'); at != std::string_view::npos; at = text.find(key + ':', at + 1)) {
        const bool starts = at == 0 || word.find(text[at - 1]) == std::string_view::npos;
        const auto next = text.substr(at + key.size() + 1, 1);
        if (starts && (next == " " || next == "\n")) return true;
    }
    return false;
}

} // namespace

TEST_CASE("the schema and the reader know the same keys", "[config]") {
    key_table listed;
    walk(schema(), {}, listed);
    CHECK(flattened(listed) == flattened(known_keys()));
    CHECK(listed.size() > 15);
}

TEST_CASE("the example shows every key", "[config]") {
    const auto example = test::read_source_file("config/universign-webhookd.yaml");
    for (const auto& [section, keys] : known_keys()) {
        for (const auto& key : keys) {
            INFO(section << ": " << key);
            CHECK(shows(example, key));
        }
    }
}

TEST_CASE("the options that the example comments out are right, and stand at their defaults", "[config]") {
    test::config_world world = test::product_world();
    world.files["/creds/archive"] = "x";
    world.files["/creds/db"] = "password";
    world.credentials_directory = "/creds";
    world.environment["UNIVERSIGN_API_KEY"] = "key";
    world.environment["ALPHA_SECRET"] = "2c4f8a1e97d05b36f1a08e4c7b92d3e5";
    auto text = everything_in_force();
    // The one place where two options stand side by side of which only one is available.
    const auto choice = text.find("        file: /etc/universign-webhookd/jwks.json");
    REQUIRE(choice != std::string::npos);
    text.insert(choice, "# ");

    const auto loaded = test::load_config(text, world);
    CHECK(test::config_lines(loaded) == std::vector<std::string>{});
    REQUIRE(loaded.value);
    const auto& c = *loaded.value;
    CHECK(c.fixed.endpoints.size() == 2);
    CHECK(c.reloadable.handlers.size() == 3);
    CHECK(c.reloadable.routes.size() == 5);

    const configuration d;
    CHECK(c.fixed.server.listen == d.fixed.server.listen);
    CHECK(c.fixed.server.threads == d.fixed.server.threads);
    CHECK(c.fixed.server.trusted_proxies == d.fixed.server.trusted_proxies);
    CHECK(c.fixed.server.allowed_sources == d.fixed.server.allowed_sources);
    CHECK(c.reloadable.limits.body == d.reloadable.limits.body);
    CHECK(c.reloadable.limits.bodies == d.reloadable.limits.bodies);
    CHECK(c.reloadable.limits.headers == d.reloadable.limits.headers);
    CHECK(c.reloadable.limits.connections == d.reloadable.limits.connections);
    CHECK(c.reloadable.limits.header_timeout == d.reloadable.limits.header_timeout);
    CHECK(c.reloadable.limits.body_timeout == d.reloadable.limits.body_timeout);
    CHECK(c.reloadable.limits.idle_timeout == d.reloadable.limits.idle_timeout);
    CHECK(c.fixed.server.shutdown_grace == d.fixed.server.shutdown_grace);
    CHECK(c.fixed.admin_listen == d.fixed.admin_listen);
    CHECK(c.fixed.admin_trusted_proxies == d.fixed.admin_trusted_proxies);
    CHECK(c.reloadable.admin.public_pages == d.reloadable.admin.public_pages);
    CHECK(c.fixed.endpoints[0].jwks.refresh == jwks_source{}.refresh);
    CHECK(c.fixed.endpoints[0].jwks.cooldown == jwks_source{}.cooldown);
    CHECK(c.fixed.endpoints[0].only.names == std::vector<std::string>{"ACME Legal"});
    CHECK(c.fixed.endpoints[0].only.strict == workspace_filter{}.strict);
    CHECK(c.fixed.storage_url == d.fixed.storage_url);
    CHECK(c.fixed.storage_password == "password");
    CHECK(c.fixed.storage_pool == d.fixed.storage_pool);
    CHECK(c.reloadable.retention.events == d.reloadable.retention.events);
    CHECK(c.reloadable.retention.payloads == d.reloadable.retention.payloads);
    CHECK(c.reloadable.max_pending == d.reloadable.max_pending);
    CHECK(c.fixed.max_in_memory == d.fixed.max_in_memory);
    CHECK(c.reloadable.universign.url == d.reloadable.universign.url);
    CHECK(c.reloadable.universign.key == "key");
    CHECK(c.reloadable.log_level == d.reloadable.log_level);
    CHECK(c.fixed.log_format == d.fixed.log_format);
    const auto& crm = c.reloadable.handlers[1].common;
    const handler_common common;
    CHECK(crm.timeout == common.timeout);
    CHECK(crm.concurrency == common.concurrency);
    CHECK(crm.order_by == common.order_by);
    CHECK(crm.on_failure == common.on_failure);
    CHECK(crm.retry.initial == common.retry.initial);
    CHECK(crm.retry.factor == common.retry.factor);
    CHECK(crm.retry.max_delay == common.retry.max_delay);
    CHECK(crm.retry.max_attempts == common.retry.max_attempts);
    CHECK(crm.retry.full_jitter == common.retry.full_jitter);
    REQUIRE(crm.circuit_breaker);
    CHECK(crm.circuit_breaker->failures == circuit_breaker{}.failures);
    CHECK(crm.circuit_breaker->open_for == circuit_breaker{}.open_for);
    CHECK(std::get<forward_handler>(c.reloadable.handlers[1].kind).connect_timeout ==
          forward_handler{}.connect_timeout);
}
