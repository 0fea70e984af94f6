#include <webhookd/handler/forward_handler.hpp>

#include "handler/forward/post.hpp"
#include "support/chaos_sink.hpp"
#include "support/handler_attempt.hpp"
#include "support/result_printer.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

using namespace webhookd;
using handler::verdict;
using test::chaos_sink;
using test::http_reply;
using namespace std::chrono_literals;

namespace {

const test::noon_clock noon;
const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::unique_ptr<handler::handler> forward_to(outbound::http_engine& engine, const std::string& url,
                                             config::forward_handler settings = {},
                                             std::chrono::milliseconds timeout = 20s) {
    settings.url = url;
    auto made = handler::make_forward_handler({"crm", std::move(settings), timeout}, engine, noon);
    REQUIRE(made);
    return std::move(*made);
}

} // namespace

TEST_CASE("an event is posted as it came, with all that identifies and proves it", "[forward]") {
    chaos_sink sink;
    outbound::http_engine engine;
    config::forward_handler settings;
    settings.secrets = {secret};
    settings.headers = {{"Authorization", "Bearer s3cret"}, {"X-Tx", "tx={{event.transaction_id}}"}};
    const auto crm = forward_to(engine, sink.url(), settings);
    auto d = test::sample_delivery();
    d.attempt = 2;
    const auto outcome = test::attempt(*crm, d);
    CHECK(outcome.verdict == verdict::successful);
    CHECK(outcome.status == 200);
    CHECK(outcome.output == "well");

    const auto request = sink.requests().at(0);
    CHECK(request.body == d.event.body);
    CHECK(request.header("content-type") == "application/json");
    CHECK(request.header("webhook-id") == "evt_1");
    CHECK(request.header("webhook-timestamp") == "1767355200");
    const auto signer = handler::forward::signer::make(settings.secrets);
    CHECK(request.header("webhook-signature") == signer->sign("evt_1", 1767355200, request.body));
    CHECK(request.header("webhookd-attempt") == "2");
    CHECK(request.header("x-universign-event") == "transaction.lifecycle.completed");
    CHECK(request.header("x-jws-signature") == d.event.signature);
    CHECK(request.header("authorization") == "Bearer s3cret");
    CHECK(request.header("x-tx") == "tx=tx_1");
}

TEST_CASE("an envelope or a CloudEvent is signed as it is sent, and without the original signature",
          "[forward]") {
    chaos_sink sink;
    outbound::http_engine engine;
    config::forward_handler settings;
    settings.secrets = {secret};
    const auto [kind, type, member] = GENERATE(table<config::forward_body, std::string, std::string>(
        {{config::forward_body::envelope, "application/json", "event"},
         {config::forward_body::cloudevents, "application/cloudevents+json", "data"}}));
    settings.body = kind;
    const auto crm = forward_to(engine, sink.url(), settings);
    CHECK(test::attempt(*crm).verdict == verdict::successful);
    const auto request = sink.requests().at(0);
    CHECK(request.header("content-type") == type);
    CHECK(request.header("x-jws-signature").empty());
    rapidjson::Document body;
    body.Parse(request.body.data(), request.body.size());
    REQUIRE(body.IsObject());
    CHECK(std::string(body["id"].GetString()) == "evt_1");
    CHECK(body[member.c_str()].IsObject());
    const auto signer = handler::forward::signer::make(settings.secrets);
    CHECK(request.header("webhook-signature") == signer->sign("evt_1", 1767355200, request.body));
}

TEST_CASE("without a secret nothing is signed, and a content-type of the configuration stands alone",
          "[forward]") {
    chaos_sink sink;
    outbound::http_engine engine;
    config::forward_handler settings;
    settings.headers = {{"Content-Type", "application/vnd.crm+json"}, {"User-Agent", "crm-bridge"}};
    const auto crm = forward_to(engine, sink.url(), settings);
    CHECK(test::attempt(*crm).verdict == verdict::successful);
    const auto request = sink.requests().at(0);
    CHECK(request.header("webhook-signature").empty());
    CHECK(request.header("content-type") == "application/vnd.crm+json");
    CHECK(request.header("user-agent") == "crm-bridge");
    CHECK(request.head.find("application/json") == std::string::npos);
}

TEST_CASE("one connection carries event after event", "[forward]") {
    chaos_sink sink;
    outbound::http_engine engine;
    const auto crm = forward_to(engine, sink.url());
    for (int i = 0; i < 20; ++i) {
        if (i % 3 == 0) sink.next(http_reply(500, "no"));
        const auto expected = i % 3 == 0 ? verdict::retry : verdict::successful;
        CHECK(test::attempt(*crm, test::sample_delivery("evt_" + std::to_string(i))).verdict == expected);
    }
    CHECK(sink.connections() == 1);
    const auto requests = sink.requests();
    REQUIRE(requests.size() == 20);
    for (int i = 0; i < 20; ++i)
        CHECK(requests[static_cast<std::size_t>(i)].header("webhook-id") == "evt_" + std::to_string(i));
}

TEST_CASE("nothing that an event holds can change the request around it", "[forward]") {
    chaos_sink sink;
    outbound::http_engine engine;
    config::forward_handler settings;
    settings.headers = {{"X-State", "{{event.state}}"}, {"X-Endpoint", "[{{event.endpoint}}]"}};
    const auto crm = forward_to(engine, sink.url(), settings);
    auto d = test::sample_delivery("evt_1\r\nX-Evil: id");
    d.event.envelope.type = "a\nX-Evil: type";
    d.event.envelope.state = "b\r\n\r\nGET /evil HTTP/1.1";
    d.event.endpoint = std::string("c\0X-Evil: endpoint\r", 20);
    d.event.signature = "e..f\r\nX-Evil: signature";
    CHECK(test::attempt(*crm, d).verdict == verdict::successful);
    CHECK(test::attempt(*crm).verdict == verdict::successful);
    const auto requests = sink.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].header("x-evil").empty());
    CHECK(requests[0].header("webhook-id") == "evt_1X-Evil: id");
    CHECK(requests[0].header("x-state") == "bGET /evil HTTP/1.1");
    CHECK(requests[0].header("x-endpoint") == "[cX-Evil: endpoint]");
    CHECK(requests[0].body == d.event.body);
}

TEST_CASE("cancel ends attempts under way as abandoned, and later ones run", "[forward]") {
    chaos_sink sink;
    outbound::http_engine engine;
    const auto crm = forward_to(engine, sink.url());
    sink.next(test::chaos::hang(), 3);
    std::vector<std::future<handler::outcome>> under_way;
    for (int i = 0; i < 3; ++i)
        under_way.push_back(test::start_attempt(*crm, test::sample_delivery()));
    REQUIRE(test::wait_for_condition([&] { return sink.requests().size() == 3; }));
    crm->cancel();
    for (auto& attempt : under_way)
        CHECK(test::outcome_of(attempt).verdict == verdict::abandoned);
    CHECK(test::attempt(*crm).verdict == verdict::successful);
}

TEST_CASE("the engine's end ends attempts under way as abandoned", "[forward]") {
    chaos_sink sink;
    sink.next(test::chaos::hang(), 1);
    std::future<handler::outcome> under_way;
    {
        outbound::http_engine engine;
        const auto crm = forward_to(engine, sink.url());
        under_way = test::start_attempt(*crm, test::sample_delivery());
        REQUIRE(test::wait_for_condition([&] { return sink.requests().size() == 1; }));
    }
    CHECK(test::outcome_of(under_way).verdict == verdict::abandoned);
    outbound::http_engine engine;
    CHECK(test::attempt(*forward_to(engine, sink.url())).verdict == verdict::successful);
}
