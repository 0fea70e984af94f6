#include <webhookd/event/envelope.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace webhookd;
using event::ownership;

namespace {

using names = std::vector<std::string>;

names named_in(std::string_view body) {
    const auto document = event::document::parse(body).value();
    names found;
    for (const auto name : event::workspaces(document))
        found.emplace_back(name);
    return found;
}

/// A body with one member: beside the id, in the payload, in its object, and at the object's creator.
names bodies_with(const std::string& member) {
    return {"{" + member + "}", R"({"payload":{)" + member + "}}",
            R"({"payload":{"object":{)" + member + "}}}",
            R"({"payload":{"object":{"creator":{)" + member + "}}}}"};
}

ownership owner(const names& named, const names& ours) {
    const std::vector<std::string_view> views(named.begin(), named.end());
    return event::find_owner(views, ours);
}

} // namespace

TEST_CASE("a workspace is found under every spelling, in every place", "[event][workspace]") {
    for (const std::string spelling : {"workspace_name", "workspaceName", "workspace", "workspace_id",
                                       "workspaceId", "tenant_id", "tenantId", "tenant"})
        for (const auto& body : bodies_with('"' + spelling + R"(": "ACME Legal")")) {
            INFO(body);
            CHECK(named_in(body) == names{"ACME Legal"});
        }
}

TEST_CASE("a workspace may be an object with a name, an id or both", "[event][workspace]") {
    for (const auto& body :
         bodies_with(R"("workspace": {"object": "workspace", "id": "wsp_1", "name": "ACME"})"))
        CHECK(named_in(body) == names{"ACME", "wsp_1"});
    CHECK(named_in(R"({"tenant": {"id": "wsp_1"}})") == names{"wsp_1"});
    CHECK(named_in(R"({"tenant": {"name": "ACME", "id": 7}})") == names{"ACME"});
}

TEST_CASE("all workspaces that an event names are found, each once, the creator's first",
          "[event][workspace]") {
    CHECK(named_in(R"({"tenant_id": "wsp_1", "workspace": "b", "payload": {"workspace_id": "wsp_1",
        "object": {"tenant": "c", "creator": {"workspace_name": "a", "api_key_name": "k"}}}})") ==
          names{"a", "c", "wsp_1", "b"});
}

TEST_CASE("white space around a workspace's name does not count, and nothing else is evened out",
          "[event][workspace]") {
    CHECK(named_in(R"({"workspace": " \t\r\n ACME  Legal\u000b\f "})") == names{"ACME  Legal"});
    CHECK(named_in(R"({"workspace": "\u00a0a\u0000b"})") ==
          names{std::string("\xc2\xa0") + "a" + '\0' + "b"});
    CHECK(owner({"ACME"}, {"acme"}) == ownership::foreign);
    // One code point and two, which look the same.
    CHECK(owner({"Soci\u00e9t\u00e9"}, {"Socie\u0301te\u0301"}) == ownership::foreign);
}

TEST_CASE("what is no text, or blank, names no workspace", "[event][workspace]") {
    for (const auto* value :
         {"null", "true", "7", "1e999", "[]", R"(["ACME"])", R"([{"name":"ACME"}])", "{}", R"("")",
          R"("  \n")", R"({"name":null,"id":{}})", R"({"name":{"name":"ACME"}})"})
        for (const auto& body : bodies_with(std::string(R"("workspace": )") + value)) {
            INFO(body);
            CHECK(named_in(body).empty());
        }
    for (const auto* body :
         {"{}", R"({"payload":null})", R"({"payload":[{"workspace":"ACME"}]})",
          R"({"payload":{"object":"ACME"}})", R"({"payload":{"object":{"creator":["ACME"]}}})",
          R"({"payload":{"object":{"creator":"ACME"}}})",
          R"({"payload":{"object":{"creator":{"api_key_name":"ACME"},"name":"ACME",
              "metadata":{"workspace":"ACME"},"participants":[{"workspace":"ACME"}]}}})"}) {
        INFO(body);
        CHECK(named_in(body).empty());
    }
}

TEST_CASE("of members with the same name the last one names the workspace", "[event][workspace]") {
    CHECK(named_in(R"({"workspace":"ours","workspace":"another"})") == names{"another"});
    CHECK(named_in(
              R"({"payload":{"object":{"creator":{"workspace_name":"a"}}},"payload":{"workspace":"b"}})") ==
          names{"b"});
}

TEST_CASE("a name of any length is found whole", "[event][workspace]") {
    const std::string name(100'000, 'x');
    CHECK(named_in(R"({"workspace":")" + name + R"("})") == names{name});
}

TEST_CASE("one name that is ours suffices, and what cannot be compared is unknown", "[event][workspace]") {
    const names both{"ACME Legal", "wsp_1"};
    CHECK(owner({"ACME Legal"}, both) == ownership::ours);
    CHECK(owner({"wsp_1"}, both) == ownership::ours);
    CHECK(owner({"Other", "wsp_1"}, both) == ownership::ours);
    CHECK(owner({"Other", "wsp_2"}, both) == ownership::foreign);
    CHECK(owner({"Other"}, both) == ownership::foreign);
    CHECK(owner({"wsp_2"}, both) == ownership::foreign);
    CHECK(owner({"ACME"}, both) == ownership::foreign);
    CHECK(owner({}, both) == ownership::unknown);
    CHECK(owner({"wsp_2"}, {"ACME Legal"}) == ownership::unknown);
    CHECK(owner({"Other"}, {"wsp_1"}) == ownership::unknown);
    CHECK(owner({"Other", "wsp_2"}, {"ACME Legal"}) == ownership::foreign);
}
