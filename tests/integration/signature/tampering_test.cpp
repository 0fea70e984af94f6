#include <webhookd/text/encoding.hpp>

#include "support/result_printer.hpp"
#include "support/signature_keys.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using text::encode_base64url;

namespace {

const std::string body =
    R"({"object":"event", "id":"evt_1","type":"transaction.lifecycle.completed","n":[1,2]})";

/// One good event, its parts, and the means to forge others.
class good_event {
public:
    good_event()
        : signer_{test::signing_key()}
        , key_{test::private_key(signer_)}
        , keys_{test::set_of({&signer_, &test::signing_key(2048, 1)})}
        , value_{signer_.sign(body)}
        , dots_{value_.find("..")} {
        // Every case below that changes spelling needs characters that can be spelled in two ways.
        while (value_.find_first_of("-_", dots_) == std::string::npos)
            value_ = signer_.sign(body);
    }

    [[nodiscard]] result<void> check(std::string_view value, std::string_view received = body) const {
        return test::check_signature(keys_, value, received);
    }
    [[nodiscard]] const std::string& value() const { return value_; }
    [[nodiscard]] std::string header() const { return value_.substr(0, dots_); }
    [[nodiscard]] std::string signature() const { return value_.substr(dots_ + 2); }
    [[nodiscard]] std::string with_header(const std::string& json) const {
        return encode_base64url(json) + ".." + signature();
    }
    /// Signed in earnest with the right key, under another header.
    [[nodiscard]] std::string signed_under(const std::string& json,
                                           const test::signing_manner& manner = {}) const {
        return test::token_by_hand(key_.get(), json, body, manner);
    }
    [[nodiscard]] std::string right_header_with(const std::string& member) const {
        return R"({"alg":"PS256","kid":")" + signer_.kid() + "\"," + member + '}';
    }
    [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }
    [[nodiscard]] const std::string& kid() const { return signer_.kid(); }

private:
    const webhookd::signature::signer& signer_;
    std::shared_ptr<EVP_PKEY> key_;
    webhookd::signature::key_set keys_;
    std::string value_;
    std::size_t dots_;
};

std::string replaced(std::string text, char from, char to) {
    for (char& c : text)
        if (c == from) c = to;
    return text;
}

} // namespace

TEST_CASE("every single changed bit of a body and of a signature is refused", "[signature][tampering]") {
    const good_event event;
    REQUIRE(event.check(event.value()));
    auto changed = body;
    for (std::size_t i = 0; i < body.size() * 8; ++i) {
        changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
        REQUIRE_FALSE(event.check(event.value(), changed));
        changed[i / 8] = body[i / 8];
    }
    const auto bytes = text::decode_base64url(event.signature()).value();
    auto spoilt = bytes;
    for (std::size_t i = 0; i < bytes.size() * 8; i += 5) {
        spoilt[i / 8] = static_cast<char>(spoilt[i / 8] ^ (1 << i % 8));
        REQUIRE_FALSE(event.check(event.header() + ".." + encode_base64url(spoilt)));
        spoilt[i / 8] = bytes[i / 8];
    }
}

TEST_CASE("every changed character of a protected header is refused", "[signature][tampering]") {
    const good_event event;
    for (std::size_t i = 0; i < event.header().size(); ++i) {
        auto value = event.value();
        value[i] = value[i] == 'A' ? 'B' : 'A';
        CAPTURE(i);
        REQUIRE_FALSE(event.check(value));
    }
}

TEST_CASE("a body that means the same and has other bytes is refused", "[signature][tampering]") {
    const good_event event;
    std::string compact = body;
    std::erase(compact, ' ');
    for (const auto& other :
         {compact, body + ' ', ' ' + body, body + '\n', body + "\r\n", "\xef\xbb\xbf" + body,
          body.substr(0, body.size() - 1), std::string{}, body + body, body + '\0'}) {
        CAPTURE(other);
        CHECK(event.check(event.value(), other).error().code == errc::signature_mismatch);
    }
}

TEST_CASE("a token whose spelling was changed is refused", "[signature][tampering]") {
    const good_event event;
    const auto value = event.value();
    const auto header = event.header();
    const auto sig = event.signature();
    struct row {
        std::string what;
        std::string value;
    };
    auto other_last = sig; // decodes to the same bytes in a careless decoder
    other_last.back() = static_cast<char>(other_last.back() + 1);
    const row rows[] = {
        {"signature padded", value + "=="},
        {"signature padded with one", value + "="},
        {"header padded", header + "=.." + sig},
        {"plain base64", header + ".." + replaced(replaced(sig, '-', '+'), '_', '/')},
        {"blank in the signature", header + ".." + sig.substr(0, 40) + ' ' + sig.substr(40)},
        {"line break in the signature", header + ".." + sig.substr(0, 40) + "\r\n " + sig.substr(40)},
        {"blank in the header", header.substr(0, 8) + ' ' + header.substr(8) + ".." + sig},
        {"blank in front", ' ' + value},
        {"blank behind", value + ' '},
        {"tab behind", value + '\t'},
        {"NUL behind", value + '\0'},
        {"one character less", value.substr(0, value.size() - 1)},
        {"four characters less", value.substr(0, value.size() - 4)},
        {"one byte more", header + ".." + encode_base64url(text::decode_base64url(sig).value() + '\0')},
        {"one zero byte in front",
         header + ".." + encode_base64url('\0' + text::decode_base64url(sig).value())},
        {"half a signature", header + ".." + sig.substr(0, sig.size() / 2)},
        {"no signature", header + ".."},
        {"no header", ".." + sig},
        {"no dots", header + sig},
        {"one dot", header + '.' + sig},
        {"three dots", header + "..." + sig},
        {"a dot behind", value + '.'},
        {"a dot in front", '.' + value},
        {"the payload inside", header + '.' + encode_base64url(body) + '.' + sig},
        {"another payload inside", header + '.' + encode_base64url("{}") + '.' + sig},
        {"five parts", header + "..." + sig + "..x"},
        {"twice", value + ", " + value},
        {"unused bits set", header + ".." + other_last},
        {"in quotation marks", '"' + value + '"'},
    };
    for (const auto& [what, spoilt] : rows) {
        CAPTURE(what);
        CHECK(event.check(spoilt).has_error());
    }
}

TEST_CASE("another header over the good signature is refused", "[signature][tampering]") {
    const good_event event;
    const auto& kid = event.kid();
    const std::string headers[] = {
        R"({"alg":"PS256","kid":")" + kid + "\"}", // serialised again
        R"({"kid":")" + kid + R"(", "alg":"PS256"})",
        R"({"alg":"none", "kid":")" + kid + "\"}",
        R"({"alg":"RS256", "kid":")" + kid + "\"}",
        R"({"alg":"PS256", "kid":")" + test::signing_key(2048, 1).kid() + "\"}", // another key of the set
        R"({"alg":"PS256", "kid":"unknown"})",
        R"({"alg":"PS256"})",
        R"({"alg":"PS256", "kid":")" + kid + R"(","kid":"unknown"})",
        "{}",
    };
    for (const auto& header : headers) {
        CAPTURE(header);
        CHECK_FALSE(event.check(event.with_header(header)));
    }
}

TEST_CASE("a header that is not accepted is refused even when the right key signed it",
          "[signature][tampering]") {
    const good_event event;
    REQUIRE(event.check(event.signed_under(test::right_header(event.kid()))));
    struct row {
        std::string header;
        errc code;
    };
    const auto with_alg = [&](const std::string& alg) {
        return R"({"alg":")" + alg + R"(","kid":")" + event.kid() + "\"}";
    };
    const row rows[] = {
        {with_alg("none"), errc::algorithm_not_accepted},
        {with_alg("None"), errc::algorithm_not_accepted},
        {with_alg("RS256"), errc::algorithm_not_accepted},
        {with_alg("PS384"), errc::algorithm_not_accepted},
        {with_alg("ES256"), errc::algorithm_not_accepted},
        {with_alg("HS256"), errc::algorithm_not_accepted},
        {R"({"kid":")" + event.kid() + "\"}", errc::algorithm_not_accepted},
        {R"({"alg":"PS256"})", errc::header_not_accepted},
        {R"({"alg":"PS256","kid":"unknown"})", errc::key_unknown},
        {event.right_header_with(R"("crit":["exp"],"exp":1)"), errc::header_not_accepted},
        {event.right_header_with(R"("crit":[])"), errc::header_not_accepted},
        {event.right_header_with(R"("crit":["b64"],"b64":false)"), errc::header_not_accepted},
        {event.right_header_with(R"("b64":false)"), errc::header_not_accepted},
        {event.right_header_with(R"("jku":"https://attacker.example/jwks.json")"), errc::header_not_accepted},
        {event.right_header_with(R"("jwk":)" + test::jwk_of(event.key(), "x")), errc::header_not_accepted},
        {event.right_header_with(R"("x5u":"https://attacker.example/cert.pem")"), errc::header_not_accepted},
        {event.right_header_with(R"("x5c":["AAAA"])"), errc::header_not_accepted},
    };
    for (const auto& [header, code] : rows) {
        CAPTURE(header);
        const auto held = event.check(event.signed_under(header));
        REQUIRE_FALSE(held);
        CHECK(held.error().code == code);
    }
}

TEST_CASE("an unsigned token and one keyed with the public key are refused", "[signature][tampering]") {
    const good_event event;
    const auto none = encode_base64url(R"({"alg":"none","kid":")" + event.kid() + "\"}");
    CHECK_FALSE(event.check(none + ".."));
    for (const std::string alg : {"HS256", "PS256"}) {
        const auto header = encode_base64url(R"({"alg":")" + alg + R"(","kid":")" + event.kid() + "\"}");
        const auto mac =
            test::hmac_sha256(test::public_pem(event.key()), header + '.' + encode_base64url(body));
        CHECK_FALSE(event.check(header + ".." + encode_base64url(mac)));
    }
}

TEST_CASE("a header that says PS256 does not make another signature one", "[signature][tampering]") {
    const good_event event;
    const auto header = test::right_header(event.kid());
    const test::signing_manner manners[] = {
        {.salt = 20},
        {.salt = 0},
        {.salt = 222}, // the longest that fits
        {.mask = "SHA1"},
        {.pss = false},
        {.digest = "SHA384", .mask = "SHA384", .salt = 48},
        {.digest = "SHA512", .mask = "SHA512", .salt = 32},
        {.digest = "SHA1", .mask = "SHA1", .salt = 20},
    };
    for (const auto& manner : manners) {
        CAPTURE(manner.digest, manner.pss, manner.mask, manner.salt);
        CHECK(event.check(event.signed_under(header, manner)).error().code == errc::signature_mismatch);
    }
}

TEST_CASE("another key under the same kid is refused", "[signature][tampering]") {
    const good_event event;
    const auto stranger = test::private_key(test::signing_key(2048, 2));
    const auto forged = test::token_by_hand(stranger.get(), test::right_header(event.kid()), body);
    CHECK(event.check(forged).error().code == errc::signature_mismatch);
    const auto larger = test::private_key(test::signing_key(3072));
    const auto longer = test::token_by_hand(larger.get(), test::right_header(event.kid()), body);
    CHECK(event.check(longer).error().code == errc::signature_mismatch);
}
