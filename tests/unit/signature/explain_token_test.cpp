#include <webhookd/text/encoding.hpp>

#include "support/explain_world.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace webhookd::signature;
using namespace webhookd::test::explain;

TEST_CASE("an HMAC where a signature should stand is recognised, however it is written", "[signature]") {
    const world w;
    const auto mac = test::hmac_sha256("a secret that nobody shares", body);
    for (const auto& value :
         {text::to_hex(mac), "sha256=" + text::to_hex(mac), "t=1700000000,v1=" + text::to_hex(mac),
          text::encode_base64(mac), "v1," + text::encode_base64(mac), text::encode_base64url(mac),
          "X-Universign-Signature: " + text::to_hex(mac)}) {
        const auto told = w.ask(value);
        CAPTURE(value, all(told));
        CHECK_FALSE(told.valid);
        CHECK(mentions(told, "looks like an HMAC"));
        CHECK(mentions(told, "x-jws-signature"));
        CHECK(mentions(told, "shares no secret"));
        CHECK_FALSE(mentions(told, "no dot"));
    }
    CHECK(mentions(w.ask("X-Universign-Signature: " + w.right_signer().sign(body)),
                   "no header of Universign's"));
    CHECK(mentions(w.ask(test::token_by_hand(w.key(), w.header("HS512"), body)), "Universign shares none"));
    const auto whole =
        text::encode_base64url(w.header("HS256")) + '.' + text::encode_base64url(body) + ".AAAA";
    CHECK(mentions(w.ask(whole), "Universign shares none"));
    CHECK(mentions(w.ask(whole), "The body stands inside the token"));
    CHECK_FALSE(mentions(w.ask("garbage"), "HMAC"));
}

TEST_CASE("a part of a token is told from a whole one", "[signature]") {
    const world w;
    const auto value = w.right_signer().sign(body);
    const auto dots = value.find("..");
    CHECK(mentions(w.ask(value.substr(0, dots)), "no dot: this is the protected header alone"));
    CHECK(mentions(w.ask(value.substr(dots + 2)), "no dot: this is the signature alone"));
    CHECK(mentions(w.ask(text::encode_base64url(body)), "no dot: this is encoded JSON and no signature"));
    CHECK(mentions(w.ask("Bearer " + value), "begins with Bearer"));
}

TEST_CASE("base64 in place of base64url is named in each part of a token", "[signature]") {
    const world w;
    // With a foreign character, and padding.
    auto header = R"({"alg":"PS256", "kid":")" + w.right_signer().kid() + R"(","x":"~~~~~"})";
    while (header.size() % 3 == 0)
        header += ' ';
    const auto plain = text::encode_base64(header);
    REQUIRE(plain.ends_with('='));
    REQUIRE(plain.find('+') != std::string::npos);
    const auto value = test::token_by_hand(w.key(), header, body);
    const auto signature = value.substr(value.find("..") + 2);

    const auto converted = w.ask(plain + ".." + signature);
    CAPTURE(all(converted));
    CHECK(mentions(converted, "The protected header is plain base64"));
    CHECK(mentions(converted, "The protected header is padded"));
    CHECK(mentions(converted, "encoded in another alphabet"));
    const auto signed_so = test::sign_by_hand(w.key(), plain + '.' + text::encode_base64url(body));
    CHECK(mentions(w.ask(plain + ".." + text::encode_base64url(signed_so)),
                   "The protected header is plain base64"));

    const auto inside =
        w.ask(text::encode_base64url(header) + '.' + text::encode_base64(body + "~~~~~") + '.' + signature,
              body + "~~~~~");
    CHECK(mentions(inside, "The payload is plain base64"));
    CHECK(mentions(inside, "The body stands inside the token: "));
}

TEST_CASE("a body inside the token is recognised", "[signature]") {
    const world w;
    const auto value = w.right_signer().sign(body);
    const auto inside = replaced(value, "..", '.' + text::encode_base64url(body) + '.');
    const auto told = w.ask(inside);
    CAPTURE(all(told));
    CHECK_FALSE(told.valid);
    CHECK(told.findings.front().find("The body stands inside the token:") == 0);
    CHECK(told.findings.size() == 1);

    const auto another = w.ask(inside, "another body");
    CHECK(mentions(another, "and is not the body given here"));
    CHECK(mentions(another, "holds over the payload inside the token"));
}

TEST_CASE("a value whose form was spoilt is recognised, and what it hides is still found", "[signature]") {
    const world w;
    std::string value = w.right_signer().sign(body);
    while (value.find_first_of("-_", value.find("..")) == std::string::npos)
        value = w.right_signer().sign(body);
    struct row {
        std::string value;
        std::string told;
    };
    const auto dots = value.find("..");
    const row rows[] = {
        {value + "==", "padded with '='"},
        {value.substr(0, dots) + replaced(replaced(value.substr(dots), "-", "+"), "_", "/"), "plain base64"},
        {value.substr(0, dots + 20) + "\n  " + value.substr(dots + 20), "blanks or line breaks inside"},
        {'"' + value + '"', "quotation marks"},
        {"X-JWS-Signature: " + value, "begins with the header's name"},
        {replaced(value, "..", "."), "one dot in place of two"},
        {replaced(value, "..", "..."), "more than two dots"},
        {replaced(value, "..", ""), "no dot"},
        {value.substr(0, value.size() - 10), "it was cut"},
        {"", "There is no signature"},
    };
    for (const auto& [spoilt, words] : rows) {
        const auto told = w.ask(spoilt);
        CAPTURE(words, all(told));
        CHECK_FALSE(told.valid);
        CHECK(mentions(told, words));
    }
    CHECK(mentions(w.ask(value + "==", body + '\n'), "gained a final line break"));
}

TEST_CASE("a header that names what it must not is told", "[signature]") {
    const world w;
    for (const std::string member : {R"("crit":["b64"])", R"("b64":false)", R"("jku":"https://evil.example")",
                                     R"("jwk":{})", R"("x5u":"https://evil.example")", R"("x5c":[])"}) {
        const auto header = R"({"alg":"PS256","kid":")" + w.right_signer().kid() + "\"," + member + '}';
        const auto told = w.ask(test::token_by_hand(w.key(), header, body));
        CAPTURE(all(told));
        CHECK_FALSE(told.valid);
        CHECK(mentions(told, "must not name crit"));
    }
}

TEST_CASE("explaining rubbish ends with a verdict", "[signature]") {
    const world w;
    const auto with_header = [](std::string header) { return header.append("..AAAA"); };
    const std::string values[] = {".",
                                  "..",
                                  std::string(3, '\0'),
                                  std::string(10'000, '.'),
                                  "\xff\xfe..\xff",
                                  with_header(std::string(100'000, 'A')),
                                  with_header(text::encode_base64url(std::string(20'000, '[')))};
    for (const auto& value : values) {
        const auto told = w.ask(value, std::string(200'000, '['));
        CHECK_FALSE(told.valid);
        CHECK_FALSE(told.findings.empty());
    }
}
