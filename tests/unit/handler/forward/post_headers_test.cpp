#include "handler/forward/post.hpp"
#include "support/handler_attempt.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using config::header_template;

namespace {

std::string rendered(std::string_view text, const handler::delivery& d = test::sample_delivery()) {
    const auto parsed = header_template::parse(text);
    REQUIRE(parsed);
    std::string out;
    handler::forward::render(*parsed, d, out);
    return out;
}

} // namespace

TEST_CASE("every field of a header's template shows what the event has", "[forward]") {
    CHECK(rendered("{{event.id}}") == "evt_1");
    CHECK(rendered("{{event.type}}") == "transaction.lifecycle.completed");
    CHECK(rendered("{{event.endpoint}}") == "production");
    CHECK(rendered("{{event.transaction_id}}") == "tx_1");
    CHECK(rendered("{{event.object_id}}") == "tx_1");
    CHECK(rendered("{{event.object_type}}") == "transaction");
    CHECK(rendered("{{event.state}}") == "completed");
    CHECK(rendered("{{event.trace_id}}") == "trace_1");
    CHECK(rendered("{{event.created}}") == "2026-01-02T11:59:58.500Z");
    CHECK(rendered("{{event.received}}") == "2026-01-02T11:59:59.000Z");
    CHECK(rendered("{{delivery.id}}") == "7");
    CHECK(rendered("{{attempt}}") == "1");
}

TEST_CASE("fields stand among text, with or without blanks, and braces alone are text", "[forward]") {
    CHECK(rendered("a {{ event.id }}/{{attempt}} z") == "a evt_1/1 z");
    CHECK(rendered("{{attempt}}{{attempt}}") == "11");
    CHECK(rendered("{a} }} {") == "{a} }} {");
    CHECK(rendered("") == "");
    CHECK(header_template::parse("Bearer x")->is_constant());
    CHECK_FALSE(header_template::parse("{{attempt}}")->is_constant());

    auto bare = test::sample_delivery();
    bare.event.envelope.transaction_id.clear();
    bare.event.envelope.created.reset();
    CHECK(rendered("[{{event.transaction_id}}{{event.created}}]", bare) == "[]");
}

TEST_CASE("a template with a mistake is refused with its place and without its text", "[forward]") {
    for (const std::string_view text :
         {"hush {{event.ID}}", "hush {{}}", "hush {{ event.id", "hush {{hush}}", "hush {{{event.id}}}"}) {
        CAPTURE(text);
        const auto parsed = header_template::parse(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == errc::configuration_invalid);
        CHECK_THAT(parsed.error().detail, Catch::StartsWith("character 6: "));
        CHECK(parsed.error().detail.find("hush") == std::string::npos);
    }
    CHECK_THAT(header_template::parse("{{x}}").error().detail, Catch::Contains("event.transaction_id"));
}

TEST_CASE("an event's text cannot begin a header of its own", "[forward]") {
    auto hostile = test::sample_delivery();
    hostile.event.envelope.state = std::string("a\r\nX-Evil: 1\n\tb\0c\x7f\xc2\x85\xff"
                                               "d",
                                               22);
    CHECK(rendered("{{event.state}}", hostile) == "aX-Evil: 1bcd");
    CHECK(rendered("{{event.state}} {{attempt}}", hostile).find_first_of("\r\n") == std::string::npos);
}
