#include "admin/request_body.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;

namespace {

result<admin::request_body> parse(std::string body) {
    const boost::beast::http::request_header<> headers;
    http::request r{headers, "/v1/x", "", {}};
    r.body = std::move(body);
    return admin::request_body::parse(r, {"event", "body"});
}

} // namespace

TEST_CASE("the body of a call is a JSON object with known members", "[admin]") {
    const auto body = parse(R"({"event":"evt_1","body":{"id":"evt_2","n":1.50,"t":"é"}})");
    REQUIRE(body.has_value());
    CHECK(body->text("event").value() == "evt_1");
    CHECK(body->json("body").value() == R"({"id":"evt_2","n":1.50,"t":"é"})");
    CHECK(body->text("other").value().empty());
    CHECK(parse(R"({"body":"{\"id\":1}"})")->json("body").value() == R"({"id":1})");
    CHECK_FALSE(parse(R"({"body":null})")->json("body").value().has_value());
    CHECK(parse("")->text("event").value().empty());
}

TEST_CASE("a body that is no such object is refused by name", "[admin]") {
    for (const std::string wrong : {"[]", "1", "{", "{}{}", "event=evt_1", "\xff", R"({"a":"\ud800)"}) {
        INFO(wrong);
        CHECK(parse(wrong).error().detail == "the body must be a JSON object");
    }
    CHECK(parse(R"({"evnt":1})").error().detail == R"(there is no member "evnt" here)");
    CHECK(parse(R"({"event":1})")->text("event").error().detail == "'event' must be a text");
    CHECK(parse(R"({"body":[]})")->json("body").error().code == errc::argument_invalid);
}
