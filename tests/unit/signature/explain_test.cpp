#include "support/explain_world.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::signature;
using namespace webhookd::test::explain;

namespace {

const std::string compact_body =
    R"({"object":"event","id":"evt_1","createdAt":1700000000.123,"note":"signé",)"
    R"("url":"https://example.com/a","list":[1]})";

/// Little endian, as PowerShell writes it.
std::string as_utf16(std::u16string_view text) {
    std::string bytes;
    for (const char16_t unit : text) {
        bytes += static_cast<char>(unit & 0xff);
        bytes += static_cast<char>(unit >> 8);
    }
    return bytes;
}

const std::string production_set = "https://api.universign.com/v1/webhooks/jwks.json";
const std::string alpha_set = "https://api.alpha.universign.com/v1/webhooks/jwks.json";

} // namespace

TEST_CASE("a signature that holds is said to hold, without findings", "[signature]") {
    const world w;
    const auto told = w.ask(w.right_signer().sign(body));
    CHECK(told.valid);
    CHECK(told.kid == w.right_signer().kid());
    CHECK(told.findings.empty());
    CHECK(told.verdict.find("holds") != std::string::npos);
}

TEST_CASE("a body that was changed on the way is recognised by what was done to it", "[signature]") {
    struct row {
        std::string sent;
        std::string received;
        std::string told;
    };
    const std::string jackson = "{\n  \"a\" : [ 1, 2 ]\n}";
    const std::string bom = "\xef\xbb\xbf";
    const std::string utf16_bom = "\xff\xfe";
    const row rows[] = {
        {compact_body, body, "was compact, this body is not: it was parsed and serialised again"},
        {body, compact_body, "was indented by two"},
        {replaced(body, "  ", "    "), body, "was indented by four"},
        {replaced(body, "  ", "\t"), compact_body, "was indented by tabs"},
        {R"({"a": [1, 2]})", R"({"a":[1,2]})", "as Python writes it"},
        {jackson, R"({"a":[1,2]})", "as Jackson writes it"},
        {R"({"a":"\u00e9"})", "{\"a\":\"\xc3\xa9\"}", "non-ASCII characters escaped"},
        {R"({"a":"\u00e9\/"})", "{\"a\":\"\xc3\xa9/\"}", "as PHP writes it"},
        {"{\"a\":\"\xc3\xa9\\/\"}", "{\"a\":\"\xc3\xa9/\"}",
         "compact with slashes escaped, as PHP writes it"},
        {"{\n    \"a\": \"\\/\"\n}", R"({"a":"/"})", "indented by four with slashes"},
        {R"({"a":"\u003cb\u003e"})", R"({"a":"<b>"})", "as Go writes it"},
        {R"({"a":"\u002B33 \u00E9"})", "{\"a\":\"+33 \xc3\xa9\"}", "as .NET writes it"},
        {R"({"a":1,"b":{"c":2,"d":3}})", R"({"b":{"d":3,"c":2},"a":1})",
         "compact with its members sorted by name"},
        {R"({"a": 1, "b": 2})", R"({"b":2,"a":1})", "as Python writes it with its members sorted by name"},
        {R"({"a":1e400,"b":-1E-400})", R"({ "a" : 1e400, "b" : -1E-400 })", "was compact"},
        {R"({"at":1700000000})", R"({"at":1700000000.0})", "numbers as JavaScript writes them"},
        {body + '\n', compact_body, "was indented by two"},
        {body + '\n', body, "lost its final line break"},
        {body, body + '\n', "gained a final line break"},
        {body, body + "\r\n", "gained a final line break (CR LF)"},
        {"hello", "hello  \t", "gained blanks at its end"},
        {"hello", "  hello", "gained blanks at its beginning"},
        {bom + body, body, "lost its byte order mark"},
        {body, bom + body, "gained a byte order mark"},
        {replaced(body, "\n", "\r\n"), body, "from CR LF to LF"},
        {body, replaced(body, "\n", "\r\n"), "from LF to CR LF"},
        {body, bom + replaced(body, "\n", "\r\n"), "gained a byte order mark. The line ends"},
        {replaced(body, "\n", "\r\n") + "\r\n", body, "from CR LF to LF. The body lost its final line break"},
        {bom + body + '\n', body, "lost its byte order mark. The body lost its final line break"},
        {"{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80\"}", utf16_bom + as_utf16(u"{\"a\":\"\u00e9\U0001F600\"}\r\n"),
         "written as UTF-16"},
    };
    const world w;
    for (const auto& [sent, received, words] : rows) {
        const auto told = w.ask(w.right_signer().sign(sent), received);
        CAPTURE(words, all(told));
        CHECK_FALSE(told.valid);
        CHECK(mentions(told, words));
        CHECK(mentions(told, "Verify the raw bytes as received"));
    }
}

TEST_CASE("a signing input that was put together wrongly is recognised", "[signature]") {
    const world w;
    const auto header = text::encode_base64url(w.header());
    const std::string odd_body = "\xfb\xff\xbf?"; // every foreign character of plain base64, and padding
    struct row {
        std::string value;
        std::string received;
        std::string told;
    };
    const row rows[] = {
        {w.over(header + '.' + body), body, "signed without base64url"},
        {w.over(header + '.' + compact_body), body, "signed without base64url"},
        {w.over(header + ".+/+/Pw=="), odd_body, "signed in plain base64"},
        {w.over(header + ".+/+/Pw"), odd_body, "signed in plain base64"},
        {w.over(body), body, "without the protected header"},
        {w.over(text::encode_base64url(body)), body, "without the protected header"},
        {w.over(header + '.'), body, "over an empty payload"},
        {w.over(w.header() + '.' + text::encode_base64url(body)), body,
         "header was signed without base64url"},
        {w.over(text::encode_base64url(replaced(w.header(), ", ", ",")) + '.' + text::encode_base64url(body)),
         body, "header was serialised again"},
    };
    for (const auto& [value, received, words] : rows) {
        const auto told = w.ask(value, received);
        CAPTURE(words, all(told));
        CHECK_FALSE(told.valid);
        CHECK(mentions(told, words));
    }
}

TEST_CASE("another algorithm, salt or mask is named", "[signature]") {
    const world w;
    const auto made = [&](std::string_view alg, const test::signing_manner& manner) {
        return w.ask(test::token_by_hand(w.key(), w.header(alg), body, manner));
    };
    struct row {
        std::string alg;
        test::signing_manner manner;
        std::string told;
    };
    const row rows[] = {
        {"PS256", {.salt = 20}, "a salt of 20 bytes"},
        {"PS256", {.salt = 0}, "a salt of 0 bytes"},
        {"PS256", {.salt = 222}, "a salt of 222 bytes"},
        {"PS256", {.mask = "SHA1"}, "MGF1 uses SHA-1"},
        {"PS256", {.mask = "SHA1", .salt = 20}, "a salt of 20 bytes"},
        {"PS256", {.pss = false}, "made with RS256"},
        {"RS256", {.pss = false}, "says alg RS256"},
        {"RS256", {.pss = false}, "made with RS256"},
        {"RS384", {.digest = "SHA384", .pss = false}, "made with RS384"},
        {"RS512", {.digest = "SHA512", .pss = false}, "made with RS512"},
        {"PS384", {.digest = "SHA384", .mask = "SHA384", .salt = 48}, "made with PS384"},
        {"PS512", {.digest = "SHA512", .mask = "SHA512", .salt = 64}, "made with PS512"},
        {"PS256", {.digest = "SHA1", .mask = "SHA1", .salt = 20}, "RSASSA-PSS with SHA-1"},
        {"PS256", {.digest = "SHA1", .pss = false}, "RSASSA-PKCS1-v1_5 with SHA-1"},
        {"RS256", {}, "says alg RS256"},
    };
    for (const auto& [alg, manner, words] : rows) {
        const auto told = made(alg, manner);
        CAPTURE(words, all(told));
        CHECK_FALSE(told.valid);
        CHECK(mentions(told, words));
        CHECK(mentions(told, "PS256"));
    }
}

TEST_CASE("an HMAC with the public key as its secret is recognised", "[signature]") {
    const world w;
    const auto header = text::encode_base64url(w.header("HS256"));
    const auto input = header + '.' + text::encode_base64url(body);
    const auto mac = test::hmac_sha256(test::public_pem(w.key()), input);
    const auto told = w.ask(header + ".." + text::encode_base64url(mac));
    CAPTURE(all(told));
    CHECK_FALSE(told.valid);
    CHECK(mentions(told, "says alg HS256"));
    CHECK(mentions(told, "HMAC with the public key"));
}

TEST_CASE("a key set of the other environment is named, and where the right one is", "[signature]") {
    const world w;
    const auto keys = test::set_of({&w.right_signer()});
    const auto unknown = test::token_by_hand(w.key(), test::right_header("scd_of_another_world"), body);
    const auto asked = [&](std::string_view source) { return explain(keys, unknown, body, source); };
    CHECK(mentions(asked(production_set), "the key set of production"));
    CHECK(mentions(asked(production_set), alpha_set));
    CHECK(mentions(asked(alpha_set), "the key set of alpha"));
    CHECK(mentions(asked(alpha_set), production_set));
    for (const auto* elsewhere : {"", "jwks.json", "https://jwks.customer.example/api.universign.com/"}) {
        CHECK(mentions(asked(elsewhere), "production: " + production_set));
        CHECK(mentions(asked(elsewhere), alpha_set));
    }
    // Of a key that the set has, nothing is said of environments.
    CHECK_FALSE(mentions(explain(keys, w.right_signer().sign(body), body + "x", production_set), "alpha"));
}

TEST_CASE("a body whose members were sorted is guessed at where nothing else fits", "[signature]") {
    const world w;
    const std::string sorted = R"([{"a":1,"b":{"d":1,"e":2},"c":3}])";
    const auto told = w.ask(w.right_signer().sign(R"([{"c":3,"b":{"e":2,"d":1},"a":1}])"), sorted);
    CHECK(mentions(told, "members of this body are sorted by name"));
    for (const auto* unsorted : {R"({"b":1,"a":{"c":1,"d":2,"e":3}})", R"({"a":1,"b":{"d":1,"c":2},"e":3})",
                                 R"({"a":1,"b":2})", "[1,2,3]", "no JSON"})
        CHECK(mentions(w.ask(w.right_signer().sign(body), unsorted), "None of the usual mistakes fits"));
}

TEST_CASE("another key of the set, an unknown kid and a missing kid are told apart", "[signature]") {
    const world w;
    const auto& other = test::signing_key(2048, 1);
    const auto stranger = test::private_key(test::signing_key(2048, 2));

    const auto swapped = w.ask(test::token_by_hand(test::private_key(other).get(), w.header(), body));
    CAPTURE(all(swapped));
    CHECK_FALSE(swapped.valid);
    CHECK(mentions(swapped, "holds with another key of the set, \"" + other.kid() + '"'));

    const auto unknown = w.ask(test::token_by_hand(stranger.get(), test::right_header("scd_unknown"), body));
    CHECK(unknown.kid == "scd_unknown");
    CHECK(mentions(unknown, "No key of the set has the kid \"scd_unknown\""));
    CHECK(mentions(unknown, w.right_signer().kid()));

    const auto renamed = w.ask(test::token_by_hand(w.key(), test::right_header("scd_unknown"), body));
    CHECK(mentions(renamed, "holds with another key"));
    CHECK(mentions(renamed, "No key of the set has the kid"));

    const auto nameless = w.ask(test::token_by_hand(w.key(), R"({"alg":"PS256"})", body));
    CHECK(mentions(nameless, "names no kid"));

    const auto forged = w.ask(test::token_by_hand(stranger.get(), w.header(), body));
    CHECK_FALSE(forged.valid);
    CHECK(mentions(forged, "None of the usual mistakes fits"));
}

TEST_CASE("a key that is too small is recognised, in the set or by its signature", "[signature]") {
    const auto small = test::make_rsa(1024);
    const auto& good = test::signing_key();
    const auto set = key_set::parse(R"({"keys":[)" + test::jwk_of(test::private_key(good).get(), "good") +
                                    ',' + test::jwk_of(small.get(), "small") + "]}");
    const auto in_set =
        explain(set.value(), test::token_by_hand(small.get(), test::right_header("small"), body), body);
    CAPTURE(all(in_set));
    CHECK(mentions(in_set, "The set has the key \"small\" but it cannot be used"));
    CHECK(mentions(in_set, "fewer than 2048"));
    CHECK(mentions(in_set, "too small"));

    const auto by_size =
        explain(set.value(), test::token_by_hand(small.get(), test::right_header("good"), body), body);
    CHECK(mentions(by_size, "about 1024 bits and is too small"));
}
