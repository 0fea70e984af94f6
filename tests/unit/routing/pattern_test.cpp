#include <webhookd/routing/pattern.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace webhookd;
using namespace webhookd::routing;

namespace {

bool matches(std::string_view text, std::string_view type) {
    return pattern::parse(text).value().matches(type);
}

struct pairing {
    std::string_view text;
    std::string_view type;
};

} // namespace

TEST_CASE("a pattern takes the types that it means", "[routing]") {
    const auto [text, type] = GENERATE(values<pairing>({
        {"transaction.lifecycle.completed", "transaction.lifecycle.completed"},
        {"*", "transaction.lifecycle.completed"},
        {"*", "ping"},
        {"**", "transaction.lifecycle.completed"},
        {"transaction.*", "transaction.lifecycle.completed"},
        {"transaction.*", "transaction.chat.message.received"},
        {"transaction.**", "transaction.chat.message.received"},
        {"transaction.*.completed", "transaction.lifecycle.completed"},
        {"*.lifecycle.*", "registration.lifecycle.expired"},
        {"*.*.completed", "registration.lifecycle.completed"},
        {"*.opened", "action.opened"},
        {"action.*reminder.sent", "action.manualreminder.sent"},
        {"action.*reminder.sent", "action.reminder.sent"},
        {"action.*.sent", "action.reminder.sent"},
        {"action.reminder.?ent", "action.reminder.sent"},
        {"???key.c*d", "apikey.created"},
        {"apikey.*d*d", "apikey.updated"},
        {"*-validation.processed", "identity-validation.processed"},
        {"action.*ing*.*", "action.waitingperiod.ended"},
        {"a*b*c*d", "aXbXcXbXcXd"},
        {"a*.b", "a.b"},
        {"a.*.c.*", "a.b.c.d.e"},
    }));
    CAPTURE(text, type);
    CHECK(matches(text, type));
}

TEST_CASE("a pattern leaves what it does not mean", "[routing]") {
    const auto [text, type] = GENERATE(values<pairing>({
        {"transaction.lifecycle.completed", "transaction.lifecycle.complete"},
        {"transaction.lifecycle.completed", "transaction.lifecycle.completed2"},
        {"transaction.lifecycle.completed", "Transaction.lifecycle.completed"},
        {"transaction.*", "transaction"},
        {"transaction.*", "transactions.lifecycle.completed"},
        {"transaction.*", "action.opened"},
        {"transaction*", "transaction.lifecycle.completed"},
        {"*.completed", "transaction.lifecycle.completed"},
        {"*.*", "ping"},
        {"transaction.*.completed", "transaction.a.b.completed"},
        {"transaction.*ed", "transaction.lifecycle.completed"},
        {"action.?pened", "action.pened"},
        {"apikey?created", "apikey.created"},
        {"????key.created", "apikey.created"},
        {"?", "ab"},
        {"?", "."},
        {"a*b.c", "aXb.d"},
        {"a*b.c", "aX.b.c"},
        {"a*b", "a.b"},
        {"a.*", "a."},
        {"*", ""},
        {"a", ""},
        {"action.opened", "action"},
    }));
    CAPTURE(text, type);
    CHECK_FALSE(matches(text, type));
}

TEST_CASE("a pattern knows what it is", "[routing]") {
    CHECK(pattern::parse("action.opened")->is_literal());
    CHECK_FALSE(pattern::parse("action.*")->is_literal());
    CHECK_FALSE(pattern::parse("action.opene?")->is_literal());
    CHECK_FALSE(pattern::parse("action.opened")->excludes());
    const auto excluding = pattern::parse("!action.**").value();
    CHECK(excluding.excludes());
    CHECK(excluding.text() == "action.*");
    CHECK(excluding.matches("action.opened"));
}

TEST_CASE("a malformed pattern is refused", "[routing]") {
    for (const std::string_view text :
         {"",    "!",   "!!a",  ".",   "..",  "a.",   ".a", "a..b", "*.",    ".*",  "a b", "a,b",
          "a|b", "a/b", "[ab]", "{a}", "a!b", "a\nb", "é",  "a\\b", "\"a\"", "a:b", "#"}) {
        CAPTURE(text);
        const auto p = pattern::parse(text);
        REQUIRE(p.has_error());
        CHECK(p.error().code == errc::pattern_invalid);
        CHECK_FALSE(p.error().detail.empty());
    }
    CHECK(pattern::parse(std::string_view("a\0b", 3)).error().code == errc::pattern_invalid);
    CHECK(pattern::parse(std::string(255, 'a')));
    CHECK(pattern::parse(std::string(256, 'a')).error().code == errc::pattern_invalid);
    CHECK(pattern::parse("a,b").error().detail.find("list") != std::string::npos);
}

TEST_CASE("a pattern full of stars is quick to fail", "[routing]") {
    std::string text;
    for (int i = 0; i < 120; ++i)
        text += "*a";
    CHECK_FALSE(matches(text + "b", std::string(250'000, 'a')));
}

TEST_CASE("a list takes what some pattern takes and none excludes", "[routing]") {
    const auto list = pattern_list::parse({"transaction.*", "action.stalled", "!transaction.chat.*"}).value();
    CHECK(list.matches("transaction.lifecycle.completed"));
    CHECK(list.matches("action.stalled"));
    CHECK_FALSE(list.matches("transaction.chat.message.received"));
    CHECK_FALSE(list.matches("action.opened"));
    CHECK(list.patterns().size() == 3);
}

TEST_CASE("the order of a list does not matter", "[routing]") {
    const auto list = pattern_list::parse({"!action.opened", "action.*"}).value();
    CHECK_FALSE(list.matches("action.opened"));
    CHECK(list.matches("action.closed"));
}

TEST_CASE("exclusions alone start from everything", "[routing]") {
    const auto list = pattern_list::parse({"!action.*", "!apikey.*"}).value();
    CHECK(list.matches("transaction.lifecycle.completed"));
    CHECK_FALSE(list.matches("action.opened"));
    CHECK_FALSE(list.matches("apikey.created"));
}

TEST_CASE("a list needs a pattern, and each a good one", "[routing]") {
    CHECK(pattern_list::parse({}).error().code == errc::pattern_invalid);
    CHECK(pattern_list::parse({"action.*", "a..b"}).error().code == errc::pattern_invalid);
    CHECK_FALSE(pattern_list{}.matches("action.opened"));
}
