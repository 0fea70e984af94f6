#include <webhookd/routing/routing_table.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd::routing;

namespace {

route make_route(std::string name, std::vector<std::string> match, std::vector<std::string> handlers,
                 std::string endpoint = "", bool final = false) {
    return {std::move(name), pattern_list::parse(match).value(), std::move(endpoint), std::move(handlers),
            final};
}

/// The table of the example configuration.
routing_table example() {
    return routing_table({
        make_route("completed", {"transaction.lifecycle.completed"}, {"crm", "archive"}),
        make_route("refusals", {"action.stalled"}, {"crm"}),
        make_route("trials", {"*"}, {"audit"}, "alpha", true),
        make_route("everything", {"*"}, {"audit", "crm"}),
    });
}

using names = std::vector<std::string>;

names handlers(const routing_table& table, std::string_view endpoint, std::string_view type) {
    names found;
    for (const auto index : table.match(endpoint, type))
        found.push_back(table.handlers().at(index));
    return found;
}

names routes(const routing_table& table, std::string_view endpoint, std::string_view type) {
    names found;
    for (const auto index : table.matching_routes(endpoint, type))
        found.push_back(table.routes().at(index).name);
    return found;
}

} // namespace

TEST_CASE("a table knows each handler once, in the order of the file", "[routing]") {
    CHECK(example().handlers() == names{"crm", "archive", "audit"});
}

TEST_CASE("every route that matches adds its handlers, each handler once", "[routing]") {
    const auto table = example();
    CHECK(handlers(table, "production", "transaction.lifecycle.completed") ==
          names{"crm", "archive", "audit"});
    CHECK(routes(table, "production", "transaction.lifecycle.completed") == names{"completed", "everything"});
    CHECK(handlers(table, "production", "action.stalled") == names{"crm", "audit"});
    CHECK(handlers(table, "production", "apikey.created") == names{"audit", "crm"});
    CHECK(handlers(table, "production", "a.type.nobody.knows") == names{"audit", "crm"});
}

TEST_CASE("a final route ends the search, but only where it matches", "[routing]") {
    const auto table = example();
    CHECK(routes(table, "alpha", "apikey.created") == names{"trials"});
    CHECK(handlers(table, "alpha", "apikey.created") == names{"audit"});
    CHECK(routes(table, "alpha", "transaction.lifecycle.completed") == names{"completed", "trials"});
    CHECK(routes(table, "Alpha", "apikey.created") == names{"everything"});
}

TEST_CASE("an event that no route takes has no handlers", "[routing]") {
    const routing_table table(
        {make_route("one", {"transaction.*", "!transaction.chat.*"}, {"crm"}, "production")});
    CHECK(handlers(table, "production", "transaction.chat.message.received").empty());
    CHECK(handlers(table, "alpha", "transaction.lifecycle.started").empty());
    CHECK(handlers(table, "production", "transaction.lifecycle.started") == names{"crm"});
    CHECK(routing_table({}).match("production", "action.opened").empty());
    CHECK(routing_table({}).handlers().empty());
}

TEST_CASE("a route may name a handler twice or none, and counts all the same", "[routing]") {
    const routing_table table({
        make_route("silence", {"apikey.*"}, {}, "", true),
        make_route("twice", {"*"}, {"crm", "crm"}),
    });
    CHECK(handlers(table, "", "action.opened") == names{"crm"});
    CHECK(handlers(table, "", "apikey.created").empty());
    CHECK(routes(table, "", "apikey.created") == names{"silence"});
}
