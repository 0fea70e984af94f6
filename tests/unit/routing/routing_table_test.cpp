#include <webhookd/routing/routing_table.hpp>

#include "support/allocations.hpp"
#include "support/conditions.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::routing;

namespace {

route make_route(std::string name, std::vector<std::string> match, std::vector<std::string> handlers,
                 std::string endpoint = "", bool final = false) {
    return {std::move(name), pattern_list::parse(match).value(), std::move(endpoint), std::move(handlers),
            final};
}

route with_condition(route r, const condition_tree& when) {
    r.when = condition::compile(when).value();
    return r;
}

/// A conditional route that ends the search, among others.
routing_table conditional() {
    return routing_table({
        make_route("types", {"action.*"}, {"log"}),
        with_condition(make_route("large", {"*"}, {"crm"}, "", true),
                       test::at("/n", {test::passes(test_kind::more, 5)})),
        make_route("rest", {"*"}, {"audit", "log"}, "", true),
        make_route("never", {"*"}, {"ghost"}),
    });
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
    for (const auto index : table.match(endpoint, type, test::body_of("{}")))
        found.push_back(table.handlers().at(index));
    return found;
}

names routes(const routing_table& table, std::string_view endpoint, std::string_view type) {
    names found;
    for (const auto index : table.matching_routes(endpoint, type, test::body_of("{}")))
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
    CHECK(routing_table({}).match("production", "action.opened", test::body_of("{}")).empty());
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

TEST_CASE("a condition decides by the body whether a route matches, and ends the search only then",
          "[routing]") {
    const auto table = conditional();
    const auto matching = [&](const char* body) {
        return table.matching_routes("", "action.opened", test::body_of(body));
    };
    using indices = std::vector<std::size_t>;
    CHECK(matching(R"({"n":6})") == indices{0, 1});
    CHECK(matching(R"({"n":5})") == indices{0, 2});
    CHECK(matching(R"({"n":"6"})") == indices{0, 2});
    CHECK(matching(R"({})") == indices{0, 2});
    CHECK(table.match("", "action.opened", test::body_of(R"({"n":6})")) == indices{0, 1});
    CHECK(table.match("", "action.opened", test::body_of(R"({"n":5})")) == indices{0, 2});
    CHECK(table.match("", "apikey.created", test::body_of(R"({"n":5})")) == indices{2, 0});
}

TEST_CASE("without the body a table tells yes, no and depends", "[routing]") {
    using answers = std::vector<answer>;
    const auto table = conditional();
    CHECK(table.answers("", "action.opened") ==
          answers{answer::yes, answer::depends, answer::depends, answer::no});
    CHECK(table.answers("", "apikey.created") ==
          answers{answer::no, answer::depends, answer::depends, answer::no});
    CHECK(example().answers("alpha", "action.stalled") ==
          answers{answer::no, answer::yes, answer::yes, answer::no});
    // And every handler that may come to run, though no more.
    std::vector<std::string> possible;
    for (const auto index : table.match("", "action.opened"))
        possible.push_back(table.handlers().at(index));
    CHECK(possible == names{"log", "crm", "audit"});
}

TEST_CASE("matching allocates nothing, with a list that is used again", "[routing]") {
    const auto table = example();
    const auto condition = conditional();
    const auto body = test::body_of(R"({"n":6})");
    std::vector<std::size_t> found;
    found.reserve(8);
    const auto before = test::allocations();
    for (int i = 0; i < 100; ++i) {
        table.match("production", "transaction.lifecycle.completed", body, found);
        table.match("alpha", "a.type.nobody.knows", body, found);
        condition.match("alpha", "action.opened", body, found);
    }
    CHECK(test::allocations() == before);
    CHECK(found == std::vector<std::size_t>{0, 1});
    // The count works at all.
    auto* one = new std::size_t(before);
    CHECK((test::allocations() > *one) == test::counts_allocations());
    delete one;
}
