#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/text/encoding.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::signature;

namespace {

std::string with_header(const std::string& json) {
    return text::encode_base64url(json) + ".." + text::encode_base64url("signature");
}

} // namespace

TEST_CASE("a detached JWS as Universign writes it is taken apart, its header kept as received",
          "[signature]") {
    const std::string header = R"({"alg":"PS256", "kid":"scd_1"})";
    const auto value = with_header(header);
    const auto jws = parse_detached_jws(value);
    REQUIRE(jws);
    CHECK(jws->protected_header == text::encode_base64url(header));
    CHECK(jws->protected_header.data() == value.data());
    CHECK(jws->kid == "scd_1");
    CHECK(jws->signature == "signature");
}

TEST_CASE("members of a protected header that nobody must understand are ignored", "[signature]") {
    CHECK(
        parse_detached_jws(with_header(R"({"typ":"JOSE","kid":"k","x":{"crit":1},"alg":"PS256","iat":1})")));
    CHECK(parse_detached_jws(with_header(" {\"alg\":\"PS256\",\"kid\":\"\\u00e9 2\"} ")).value().kid ==
          "\xc3\xa9 2");
}

TEST_CASE("a value that is no detached JWS is malformed", "[signature]") {
    const std::string h = text::encode_base64url(R"({"alg":"PS256","kid":"k"})");
    const std::string value = GENERATE_COPY(
        as<std::string>{}, "x", ".", "..", "...", h, h + ".c2ln", h + "...c2ln", h + "..c2ln.",
        "." + h + "..c2ln", h + ".cGF5bG9hZA.c2ln", h + "..", "..c2ln", h + "..c2ln=", h + "..c2l+",
        h + "..c2l/", h + "..c2 ln", " " + h + "..c2ln", h + "..c2ln ", h + "..c2ln\n", h + "=..c2ln",
        h + " ..c2ln", h + "..c2lnx", h + ".. c2ln", h + "..\"c2ln\"", std::string(5000, 'A') + "..c2ln",
        h + ".." + std::string(1400, 'A'));
    CAPTURE(value);
    const auto jws = parse_detached_jws(value);
    REQUIRE_FALSE(jws);
    CHECK(jws.error().code == errc::signature_malformed);
    CHECK_FALSE(jws.error().detail.empty());
}

TEST_CASE("an empty value is a missing signature", "[signature]") {
    CHECK(parse_detached_jws("").error().code == errc::signature_missing);
}

TEST_CASE("a protected header is refused for what it says", "[signature]") {
    struct row {
        std::string json;
        errc code;
    };
    const auto h = errc::header_not_accepted;
    const auto a = errc::algorithm_not_accepted;
    const row rows[] = {
        {"[]", h},
        {"{", h},
        {"\"PS256\"", h},
        {R"({"alg":"PS256","kid":"k"} x)", h},
        {std::string(R"({"alg":"PS256","kid":"k"})") + '\0' + "x", h},
        {"{\"alg\":\"PS256\",\"kid\":\"\xff\"}", h},
        {R"({"alg":"PS256"})", h},
        {R"({"alg":"PS256","kid":1})", h},
        {R"({"alg":"PS256","kid":""})", h},
        {R"({"alg":"PS256","kid":"a\nb"})", h},
        {R"({"alg":"PS256","kid":"a\u0000b"})", h},
        {R"({"alg":"PS256","kid":")" + std::string(257, 'k') + R"("})", h},
        {R"({"alg":"PS256","kid":"k","crit":["x"]})", h},
        {R"({"alg":"PS256","kid":"k","crit":null})", h},
        {R"({"alg":"PS256","kid":"k","b64":false})", h},
        {R"({"alg":"PS256","kid":"k","b64":true})", h},
        {R"({"alg":"PS256","kid":"k","jku":"https://evil.example/keys"})", h},
        {R"({"alg":"PS256","kid":"k","jwk":{}})", h},
        {R"({"alg":"PS256","kid":"k","x5u":"https://evil.example/"})", h},
        {R"({"alg":"PS256","kid":"k","x5c":[]})", h},
        {R"({"alg":"PS256","kid":"k","\u0063rit":[]})", h},
        {R"({"alg":"PS256","kid":"k","kid":"l"})", h},
        {R"({"alg":"none","alg":"PS256","kid":"k"})", h},
        {R"({"alg":"PS256","kid":"k","typ":1,"typ":2})", h},
        {R"({"kid":"k"})", a},
        {R"({"alg":256,"kid":"k"})", a},
        {R"({"alg":"","kid":"k"})", a},
        {R"({"alg":"none","kid":"k"})", a},
        {R"({"alg":"ps256","kid":"k"})", a},
        {R"({"alg":"PS256 ","kid":"k"})", a},
        {R"({"alg":"PS256\u0000","kid":"k"})", a},
        {R"({"alg":"RS256","kid":"k"})", a},
        {R"({"alg":"PS384","kid":"k"})", a},
        {R"({"alg":"ES256","kid":"k"})", a},
        {R"({"alg":"HS256","kid":"k"})", a},
    };
    for (const auto& [json, code] : rows) {
        CAPTURE(json);
        const auto jws = parse_detached_jws(with_header(json));
        REQUIRE_FALSE(jws);
        CHECK(jws.error().code == code);
    }
}

TEST_CASE("a protected header with too many members or endless nesting is refused without harm",
          "[signature]") {
    std::string many = R"({"alg":"PS256","kid":"k")";
    for (int i = 0; i < 40; ++i)
        many += ",\"m" + std::to_string(i) + "\":1";
    CHECK(parse_detached_jws(with_header(many + "}")).error().code == errc::header_not_accepted);
    CHECK(parse_detached_jws(with_header(std::string(3000, '['))).error().code == errc::header_not_accepted);
    const auto nested =
        R"({"alg":"PS256","kid":"k","x":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
    CHECK(parse_detached_jws(with_header(nested)));
}
