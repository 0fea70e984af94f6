#include <webhookd/handler/forward_handler.hpp>

#include "support/chaos_sink.hpp"
#include "support/handler_attempt.hpp"
#include "support/result_printer.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace webhookd;
using handler::verdict;
using test::chaos_sink;
using test::http_reply;
using namespace std::chrono_literals;
namespace chaos = webhookd::test::chaos;

namespace {

const test::noon_clock noon;

/// A handler and a sink that may fail; every test leaves with the proof that both are well.
class forwarding {
public:
    forwarding() {
        config::forward_handler settings;
        settings.url = sink.url();
        crm_ = std::move(*handler::make_forward_handler({"crm", settings, 20s}, engine_, noon));
        impatient_ = std::move(*handler::make_forward_handler({"crm", settings, 1s}, engine_, noon));
    }

    handler::outcome attempt(const test::scripted_reply& reply) {
        sink.next(reply);
        return attempt();
    }
    handler::outcome attempt() { return test::attempt(*crm_); }
    /// With a short timeout, for replies that do not end; a busy machine must not fail the others.
    handler::outcome attempt_impatiently(const test::scripted_reply& reply) {
        sink.next(reply);
        return test::attempt(*impatient_);
    }

    void require_recovery() {
        // The first post may still meet a connection that dies, and is then not sent twice.
        REQUIRE(test::wait_for_condition([&] { return attempt().verdict == verdict::successful; }));
        const auto before = sink.requests().size();
        for (int i = 0; i < 3; ++i) {
            const auto outcome = attempt();
            CHECK(outcome.verdict == verdict::successful);
            CHECK(outcome.reason.empty());
        }
        CHECK(sink.requests().size() == before + 3);
    }

    chaos_sink sink;

private:
    outbound::http_engine engine_;
    std::unique_ptr<handler::handler> crm_;
    std::unique_ptr<handler::handler> impatient_;
};

} // namespace

TEST_CASE("statuses mean what the contract says, and the next event arrives", "[forward][chaos]") {
    forwarding f;
    auto outcome = f.attempt(http_reply(500, "database is down"));
    CHECK(outcome.verdict == verdict::retry);
    CHECK(outcome.status == 500);
    CHECK(outcome.reason == "HTTP 500");
    CHECK(outcome.output == "database is down");
    CHECK_FALSE(outcome.retry_after);

    outcome = f.attempt(http_reply(429, "", "Retry-After: 30\r\n"));
    CHECK(outcome.verdict == verdict::retry);
    CHECK(outcome.retry_after == 30s);
    outcome = f.attempt(http_reply(503, "", "Retry-After: Fri, 02 Jan 2026 12:02:00 GMT\r\n"));
    CHECK(outcome.retry_after == 2min);
    outcome = f.attempt(http_reply(503, "", "Retry-After: tomorrow\r\n"));
    CHECK_FALSE(outcome.retry_after);

    CHECK(f.attempt(http_reply(404, "no such hook")).verdict == verdict::failed);
    CHECK(f.attempt(http_reply(302, "", "Location: /elsewhere\r\n")).verdict == verdict::failed);
    CHECK(f.attempt({.bytes = "HTTP/1.1 204 Fine\r\n\r\n"}).verdict == verdict::successful);
    f.require_recovery();
    CHECK(f.sink.connections() == 1);
}

TEST_CASE("a closed port is refused, and found again when it opens", "[forward][chaos]") {
    forwarding f;
    f.require_recovery();
    f.sink.go_down();
    for (int i = 0; i < 2; ++i) {
        const auto outcome = f.attempt();
        CHECK(outcome.verdict == verdict::retry);
        CHECK(outcome.status == 0);
        CHECK(outcome.reason == "connection refused");
    }
    f.sink.come_up();
    f.require_recovery();
}

TEST_CASE("a receiver that hangs is given up at the timeout", "[forward][chaos]") {
    forwarding f;
    f.require_recovery();
    const auto outcome = f.attempt_impatiently(chaos::hang());
    CHECK(outcome.verdict == verdict::retry);
    CHECK(outcome.reason == "no answer within 1 s");
    f.require_recovery();
}

TEST_CASE("a connection that breaks before the answer is for a retry", "[forward][chaos]") {
    forwarding f;
    // libcurl tries once more by itself where a connection that was used before breaks without a byte.
    f.sink.next(chaos::go_silently(), 2);
    CHECK(f.attempt().reason == "connection closed without an answer");
    while (f.attempt().verdict != verdict::successful) {
    }
    f.sink.next(chaos::reset(), 2);
    auto outcome = f.attempt();
    CHECK(outcome.verdict == verdict::retry);
    CHECK_THAT(outcome.reason, Catch::StartsWith("connection lost"));
    while (f.attempt().verdict != verdict::successful) {
    }
    outcome = f.attempt(chaos::half_a_head());
    CHECK(outcome.verdict == verdict::retry);
    CHECK(outcome.status == 0);
    CHECK_FALSE(outcome.reason.empty());
    outcome = f.attempt(chaos::garbage());
    CHECK(outcome.verdict == verdict::retry);
    CHECK(outcome.reason == "the answer is not HTTP");
    f.require_recovery();
}

TEST_CASE("a connection that the receiver closes after each answer fails nothing for good",
          "[forward][chaos]") {
    forwarding f;
    auto closing = http_reply(200, "bye");
    closing.then = test::scripted_reply::after::close;
    // The next post may meet the connection while it dies: it is not sent twice, so the attempt is made
    // again.
    for (int i = 0; i < 5; ++i)
        CHECK(f.attempt(closing).verdict != verdict::failed);
    f.require_recovery();
}

TEST_CASE("a status counts, however its body goes on", "[forward][chaos]") {
    forwarding f;
    auto outcome = f.attempt(chaos::endless_body());
    CHECK(outcome.verdict == verdict::successful);
    CHECK(outcome.output == std::string(handler::max_output, 'x'));
    outcome = f.attempt_impatiently(chaos::trickling_body());
    CHECK(outcome.verdict == verdict::successful);
    CHECK(outcome.output.starts_with("x"));
    CHECK(outcome.output.size() < 1000);
    outcome = f.attempt(chaos::half_a_body());
    CHECK(outcome.verdict == verdict::successful);
    CHECK(outcome.output == "half");
    auto refusal = chaos::endless_body();
    refusal.bytes.replace(0, 15, "HTTP/1.1 503 No");
    CHECK(f.attempt(refusal).verdict == verdict::retry);
    f.require_recovery();
}

TEST_CASE("a body somewhat longer than what is kept costs no connection", "[forward][chaos]") {
    forwarding f;
    const auto outcome = f.attempt(http_reply(200, std::string(50'000, 'y')));
    CHECK(outcome.output == std::string(handler::max_output, 'y'));
    f.require_recovery();
    CHECK(f.sink.connections() == 1);
    CHECK(f.attempt(http_reply(200, std::string(5'000'000, 'y'))).verdict == verdict::successful);
    f.require_recovery();
    CHECK(f.sink.connections() == 2);
}

TEST_CASE("headers without an end are no answer", "[forward][chaos]") {
    forwarding f;
    const auto outcome = f.attempt(chaos::endless_headers());
    CHECK(outcome.verdict == verdict::retry);
    CHECK(outcome.reason == "more than 64 KiB of headers");
    f.require_recovery();
}

TEST_CASE("some failing among many at once harm none of the others", "[forward][chaos]") {
    forwarding f;
    outbound::http_engine engine;
    config::forward_handler settings;
    settings.url = f.sink.url();
    const auto crm = std::move(*handler::make_forward_handler({"crm", settings, 5s}, engine, noon));
    const std::function<test::scripted_reply()> kinds[] = {
        &chaos::hang, &chaos::endless_headers, &chaos::garbage, [] { return http_reply(500, ""); }};
    for (int i = 0; i < 40; ++i)
        f.sink.next(i % 2 == 0 ? http_reply(200, "") : kinds[static_cast<std::size_t>(i / 2 % 4)]());
    std::vector<std::future<handler::outcome>> under_way;
    for (int i = 0; i < 40; ++i)
        under_way.push_back(test::start_attempt(*crm, test::sample_delivery()));
    int successful = 0;
    int retries = 0;
    for (auto& attempt : under_way)
        (test::outcome_of(attempt).verdict == verdict::successful ? successful : retries)++;
    CHECK(successful == 20);
    CHECK(retries == 20);
    f.require_recovery();
}
