#include "admin/parameters.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using admin::query;

TEST_CASE("parameters are found by name, decoded", "[admin]") {
    const auto q =
        query::parse("state=failed&handler=crm%20x&event=a+b&limit=", {"state", "handler", "event", "limit"});
    REQUIRE(q.has_value());
    CHECK(q->text("state") == "failed");
    CHECK(q->text("handler") == "crm x");
    CHECK(q->text("event") == "a b");
    CHECK(q->text("limit").empty());
    CHECK(q->text("other").empty());

    // Long-lived text after the query must not show.
    const std::string_view target = "state=failed HTTP/1.1 and more";
    CHECK(query::parse(target.substr(0, 12), {"state"}).value().text("state") == "failed");
    const std::string_view second = "limit=1000&state=pending and more";
    CHECK(query::parse(second.substr(0, 24), {"state", "limit"}).value().text("state") == "pending");
}

TEST_CASE("an empty query and lone separators hold nothing", "[admin]") {
    CHECK(query::parse("", {}).has_value());
    CHECK(query::parse("&", {}).has_value());
    CHECK(query::parse("a=1&", {"a"}).value().text("a") == "1");
}

TEST_CASE("what is unknown, repeated or badly encoded is named", "[admin]") {
    const auto mistake = [](std::string_view text) {
        const auto q = query::parse(text, {"state", "limit"});
        return q ? std::string() : q.error().detail;
    };
    CHECK(mistake("stat=1") == "there is no parameter 'stat' here");
    CHECK(mistake("state=1&state=2") == "the parameter 'state' stands twice");
    CHECK(mistake("state=%zz") == "the query is not well encoded");
}

TEST_CASE("numbers have bounds", "[admin]") {
    const auto number = [](std::string_view text) {
        return query::parse(text, {"limit"}).value().number("limit", 1, 1000);
    };
    CHECK(number("limit=1000").value() == 1000);
    CHECK(number("").value() == std::nullopt);
    for (const char* wrong :
         {"limit=0", "limit=1001", "limit=x", "limit=5x", "limit=99999999999999999999", "limit=-1"})
        CHECK(number(wrong).error().detail == "'limit' is a number from 1 to 1000");
}

TEST_CASE("a call about failed deliveries takes no other state", "[admin]") {
    const auto read = [](std::string_view text) {
        return admin::read_failed_filter(query::parse(text, {"state", "handler"}).value());
    };
    CHECK(read("handler=crm").value().handler == "crm");
    CHECK(read("state=failed").has_value());
    CHECK(read("state=pending").error().detail == "'state' can only be failed here");
    CHECK(read("state=lost").error().detail == "'state' is pending, successful, failed or discarded");
}
