#include <webhookd/event/document.hpp>
#include <webhookd/event/json_text.hpp>
#include <webhookd/event/number.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

using namespace webhookd;
using namespace webhookd::event;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

std::string nested(std::string_view open, std::string_view close, std::size_t levels) {
    std::string text;
    for (std::size_t i = 0; i < levels; ++i)
        text += open;
    text += '0';
    for (std::size_t i = 0; i < levels; ++i)
        text += close;
    return text;
}

/// The bytes of a text within an otherwise faultless document, as the parser gives them back.
std::string read_text(std::string_view json_text) {
    const auto body = document::parse("{\"t\":\"" + std::string(json_text) + "\"}");
    if (!body) return "refused: " + to_string(body.error());
    const auto* value = body->find(json_pointer::parse("/t").value());
    return {value->GetString(), value->GetStringLength()};
}

} // namespace

TEST_CASE("white space may stand around a document and nothing else", "[event]") {
    CHECK(document::parse("{}"));
    CHECK(document::parse(" \t\r\n{ } \r\n\t "));
    for (const auto body : {""sv, " "sv, "{} {}"sv, "{}x"sv, "{}\0"sv, "{}\0x"sv, "\0{}"sv, "{},"sv, "{}//"sv,
                            "\f{}"sv, "{}\v"sv, "\xef\xbb\xbf{}"sv, "\xff\xfe{\0}\0"sv, "\xc2\xa0{}"sv}) {
        CAPTURE(body);
        const auto parsed = document::parse(body);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == errc::not_json);
        CHECK(parsed.error().detail.starts_with("byte "));
    }
}

TEST_CASE("a document is an object", "[event]") {
    for (const auto* body : {"[]", "[{}]", "null", "true", "1", "\"{}\""}) {
        CAPTURE(body);
        CHECK(document::parse(body).error().code == errc::not_json);
    }
}

TEST_CASE("what JavaScript takes and JSON does not is refused", "[event]") {
    for (const auto body : {"{'a':1}"sv,
                            "{a:1}"sv,
                            "{\"a\":1,}"sv,
                            "{\"a\":[1,]}"sv,
                            "{\"a\":01}"sv,
                            "{\"a\":+1}"sv,
                            "{\"a\":.5}"sv,
                            "{\"a\":5.}"sv,
                            "{\"a\":1e}"sv,
                            "{\"a\":0x10}"sv,
                            "{\"a\":NaN}"sv,
                            "{\"a\":Infinity}"sv,
                            "{\"a\":-}"sv,
                            "{\"a\":tru}"sv,
                            "{\"a\":True}"sv,
                            "{\"a\"}"sv,
                            "{\"a\":}"sv,
                            "{\"a\":1 \"b\":2}"sv,
                            "{/**/}"sv,
                            "{\"a\":\"\n\"}"sv,
                            "{\"a\":\"\0\"}"sv,
                            "{\"a\":\"\\x41\"}"sv,
                            "{\"a\":\"\\u12g4\"}"sv,
                            "{\"a\":\"\\u12\"}"sv,
                            "{\"a\":\"b}"sv,
                            "{\"a\":\"\\\"}"sv,
                            "{"sv,
                            "}"sv,
                            "{\"a\":[}"sv,
                            "{\"a\":{]}"sv}) {
        CAPTURE(body);
        const auto parsed = document::parse(body);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == errc::not_json);
    }
}

TEST_CASE("a failure tells the place and never the content", "[event]") {
    const auto parsed = document::parse(R"({"phone_num": "+33639980000", "email": "alba@example.com" oops})");
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().detail.starts_with("byte 58: "));
    CHECK(parsed.error().detail.find("alba") == std::string::npos);
    CHECK(parsed.error().detail.find("oops") == std::string::npos);
}

TEST_CASE("what nests deeper than anybody looks is read past, and what stands beside it is not lost",
          "[event]") {
    const std::size_t most = parse_limits{}.depth;
    for (const auto levels : {most - 1, most, most + 1, std::size_t{100'000}})
        for (const auto& deep : {nested("[", "]", levels), nested("{\"a\":", "}", levels),
                                 nested("[{\"a\":", "},1.5,\"x\"]", levels)}) {
            CAPTURE(levels);
            const auto parsed = document::parse(R"({"before":1,"deep":)" + deep + R"(,"after":{"b":2}})");
            REQUIRE(parsed);
            CHECK(write_json(*parsed->find(json_pointer::parse("/after").value())) == R"({"b":2})");
        }
    CHECK(write_json(document::parse(R"({"a":[1,[2,[3,{"b":4}],5],6],"c":[]})", {.depth = 3})->root()) ==
          R"({"a":[1,[2,null,5],6],"c":[]})");
    CHECK(document::parse("{\"a\":" + std::string(1'000'000, '[')).error().code == errc::not_json);
    CHECK(document::parse("{\"a\":" + nested("[", "}", 100)).error().code == errc::not_json);

    // Side by side is not deep, and a caller may allow more.
    CHECK(document::parse("{\"a\":[" + std::string(100'000, ' ') + "[],[],{},{\"b\":[]}]}", {.depth = 4}));
    CHECK(document::parse("{\"a\":" + nested("[", "]", 50'000) + "}", {.depth = 100'000}));
}

TEST_CASE("more bytes than the cap are not even looked at", "[event]") {
    const parse_limits usual;
    std::string body = "{}";
    body.resize(usual.bytes, ' ');
    CHECK(document::parse(body));
    body += ' ';
    CHECK(document::parse(body).error().code == errc::json_too_large);
    CHECK(document::parse("{}", {.bytes = 1}).error().code == errc::json_too_large);
}

TEST_CASE("text is UTF-8 as Unicode defines it", "[event]") {
    CHECK(read_text("é–🙂") == "é–🙂");
    CHECK(read_text("\xf4\x8f\xbf\xbf") == "\xf4\x8f\xbf\xbf");
    CHECK(read_text("\xef\xbb\xbf") == "\xef\xbb\xbf"); // a mark only where a document begins
    for (const auto bytes : {"\xff"sv, "\x80"sv, "\xc3"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xe0\x80\x80"sv,
                             "\xe2\x82"sv, "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xf0\x80\x80\x80"sv,
                             "\xf4\x90\x80\x80"sv, "\xf8\x88\x80\x80\x80"sv, "\xf0\x9f\x99"sv}) {
        CAPTURE(bytes);
        CHECK(read_text(bytes).starts_with("refused: not-json"));
        // Wherever it stands against the eight bytes that are checked in one go.
        for (std::size_t padding = 1; padding < 20; ++padding)
            CHECK(read_text(std::string(padding, 'x') + std::string(bytes) + "xxxxxxxxx")
                      .starts_with("refused"));
    }
    CHECK(document::parse("{\"a\":\"x\xff\"}").error().detail == "byte 7: This is not UTF-8.");
}

TEST_CASE("escapes are resolved, NUL included", "[event]") {
    CHECK(read_text(R"(\u0041\"\\\/\b\f\n\r\t)") == "A\"\\/\b\f\n\r\t");
    CHECK(read_text(R"(a\u0000b)") == "a\0b"sv);
    CHECK(read_text(R"(\ud83d\ude42 \uD83D\uDE42)") == "🙂 🙂");
}

TEST_CASE("half a surrogate pair becomes the replacement character", "[event]") {
    CHECK(read_text(R"(cut \ud83d)") == "cut \ufffd");
    CHECK(read_text(R"(cut \uD83D)") == "cut \ufffd");
    CHECK(read_text(R"(\ude42 cut)") == "\ufffd cut");
    CHECK(read_text(R"(\ud83dx)") == "\ufffdx");
    CHECK(read_text(R"(\ud83d\n)") == "\ufffd\n");
    CHECK(read_text(R"(\ud83d\ud83d\ude42)") == "\ufffd🙂");
    CHECK(read_text(R"(\ud83d\ude42\ude42)") == "🙂\ufffd");
    CHECK(read_text(R"(\udfff\ud800)") == "\ufffd\ufffd");
    CHECK(read_text(R"(\ud7ff\ue000)") == "\ud7ff\ue000");
    // A backslash that is itself escaped escapes nothing.
    CHECK(read_text(R"(\\ud83d)") == R"(\ud83d)");
    CHECK(read_text(R"(\\\ud83d)") == "\\\ufffd");
    CHECK(read_text(R"(\ud83d\\ude42)") == "\ufffd\\ude42");
    CHECK(read_text(R"(\ud83)").starts_with("refused"));
    CHECK(read_text(R"(\ud8zz)").starts_with("refused"));
}

TEST_CASE("a number keeps every digit it came with, whatever its size", "[event]") {
    for (const auto& text : {"0"s,
                             "-0"s,
                             "-1"s,
                             "1.0"s,
                             "-0.0"s,
                             "1e0"s,
                             "1E+2"s,
                             "18446744073709551615"s,
                             "-9223372036854775808"s,
                             "18446744073709551616"s,
                             "2.5935725637236944e-23"s,
                             "1e308"s,
                             "1e400"s,
                             "-1e400"s,
                             "1e-400"s,
                             "0.1e-999999999999"s,
                             "1e99999999999999999999"s,
                             "123456789012345678901234567890.50"s,
                             std::string(400, '9'),
                             "0." + std::string(100'000, '3')}) {
        CAPTURE(text);
        const auto body = document::parse("{\"n\":[" + text + " , {\"m\":" + text + "}]}");
        REQUIRE(body);
        CHECK(write_json(body->root()) == "{\"n\":[" + text + ",{\"m\":" + text + "}]}");
        const auto& number = *body->find(json_pointer::parse("/n/0").value());
        CHECK(number.IsNumber());
        CHECK(number_text(number).view() == text);
    }
}

TEST_CASE("a number keeps the kind and the precision that it was written with", "[event]") {
    const auto body = document::parse(
        R"({"n":[0, -1, 9223372036854775808, 1700000000.123456, 0.000000000000000000000000, 1e-400,
                                          18446744073709551616, 4.35, 100, -9223372036854775808, 2e0]})");
    REQUIRE(body);
    const auto& n = *body->find(json_pointer::parse("/n").value());
    CHECK(n[0].GetInt() == 0);
    CHECK(n[1].GetInt() == -1);
    CHECK_FALSE(n[1].IsUint());
    CHECK(n[2].GetUint64() == 9223372036854775808u);
    CHECK_FALSE(n[2].IsInt64());
    CHECK(nearest_double(n[3]) == 1700000000.123456);
    CHECK(nearest_double(n[4]) == 0);
    CHECK(nearest_double(n[5]) == 0);
    CHECK(nearest_double(n[6]) == 18446744073709551616.0);
    CHECK(nearest_double(n[7]) == 4.35);
    CHECK(n[8].IsUint());
    CHECK(n[9].GetInt64() == std::numeric_limits<std::int64_t>::min());
    CHECK(n[10].IsDouble());
}

TEST_CASE("of members with the same name the last one counts", "[event]") {
    const auto body = document::parse(R"({"a":1,"b":{"c":1,"c":2},"a":{"x":1},"a":3})");
    REQUIRE(body);
    CHECK(body->find(json_pointer::parse("/a").value())->GetInt() == 3);
    CHECK(body->find(json_pointer::parse("/b/c").value())->GetInt() == 2);
    CHECK_FALSE(body->find(json_pointer::parse("/a/x").value()));
}

TEST_CASE("a document outlives the bytes it was read from, and moves", "[event]") {
    auto moved = [] {
        std::string body = R"({"a":"a text that does not fit into a value itself"})";
        auto parsed = document::parse(body);
        body.assign(body.size(), 'x');
        return std::move(parsed).value();
    }();
    const auto target = std::move(moved);
    CHECK(target.find(json_pointer::parse("/a").value())->GetString() ==
          std::string("a text that does not fit into a value itself"));
}
