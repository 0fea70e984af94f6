#include "handler/forward/post.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using handler::verdict;
using handler::forward::to_outcome;
using namespace std::chrono_literals;

namespace {

const auto now = *parse_rfc3339("2026-01-02T12:00:00Z");

handler::outcome answered(int status, std::string retry_after = {}, std::string body = {}) {
    return to_outcome(outbound::post_answer{.status = status,
                                            .body = std::move(body),
                                            .retry_after = std::move(retry_after)},
                      now);
}

} // namespace

TEST_CASE("a status decides what becomes of a delivery", "[forward]") {
    for (const int status : {200, 201, 202, 204, 206, 299})
        CHECK(answered(status).verdict == verdict::successful);
    for (const int status : {408, 425, 429, 500, 501, 502, 503, 504, 507, 599, 999})
        CHECK(answered(status).verdict == verdict::retry);
    for (const int status :
         {101, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 451, 499})
        CHECK(answered(status).verdict == verdict::failed);
}

TEST_CASE("an outcome names the status, and a reason where there is need for one", "[forward]") {
    CHECK(answered(204).status == 204);
    CHECK(answered(204).reason.empty());
    CHECK(answered(503).status == 503);
    CHECK(answered(503).reason == "HTTP 503");
    CHECK(answered(302).reason == "HTTP 302");
}

TEST_CASE("Retry-After is passed on with what may be retried, and with nothing else", "[forward]") {
    CHECK(answered(503, "7").retry_after == 7s);
    CHECK(answered(429, "Fri, 02 Jan 2026 12:01:00 GMT").retry_after == 1min);
    CHECK_FALSE(answered(503).retry_after);
    CHECK_FALSE(answered(503, "soon").retry_after);
    CHECK_FALSE(answered(200, "7").retry_after);
    CHECK_FALSE(answered(301, "7").retry_after);
}

TEST_CASE("without an answer it is for the retry policy, unless we ended it or could not even ask",
          "[forward]") {
    const auto unanswered = [](errc code) { return to_outcome(failure{code, "why"}, now); };
    CHECK(unanswered(errc::network).verdict == verdict::retry);
    CHECK(unanswered(errc::network_timeout).verdict == verdict::retry);
    CHECK(unanswered(errc::response_too_large).verdict == verdict::retry);
    CHECK(unanswered(errc::shutting_down).verdict == verdict::abandoned);
    CHECK(unanswered(errc::argument_invalid).verdict == verdict::failed);
    CHECK(unanswered(errc::network).reason == "why");
    CHECK(unanswered(errc::network).status == 0);
}

TEST_CASE("the beginning of an answer is kept as text", "[forward]") {
    CHECK(answered(500, {}, "no\x1b[31m \xff").output == "no\\x1b[31m \\xff");
    CHECK(answered(200, {}, std::string(100'000, 'x')).output.size() == handler::max_output);
}
