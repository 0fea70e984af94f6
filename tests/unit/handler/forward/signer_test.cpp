#include "handler/forward/post.hpp"
#include "support/files.hpp"
#include "support/result_printer.hpp"
#include "support/run_tool.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using handler::forward::signer;

namespace {

const std::string first = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string second = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

signer with(std::vector<std::string> secrets) {
    auto made = signer::make(secrets);
    REQUIRE(made);
    return std::move(*made);
}

} // namespace

// Published with the reference libraries and in the guide to checking a signature by hand.
TEST_CASE("the known signatures of Standard Webhooks come out", "[forward]") {
    CHECK(with({first}).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})") ==
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    CHECK(with({"whsec_plJ3nmyCDGBKInavdOK15jsl"})
              .sign("msg_loFOjxBNrRLzqYUf", 1731705121, R"({"event_type":"ping","data":{"success":true}})") ==
          "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
}

TEST_CASE("each secret signs, in its turn, and again the same", "[forward]") {
    const auto both = with({first, second});
    const auto value = both.sign("evt_1", 1, "{}");
    CHECK(value == with({first}).sign("evt_1", 1, "{}") + ' ' + with({second}).sign("evt_1", 1, "{}"));
    CHECK(both.sign("evt_1", 1, "{}") == value);
    CHECK(both.signs());
    CHECK_FALSE(with({}).signs());
}

TEST_CASE("the openssl command comes to the same signature", "[forward]") {
    const test::temp_directory folder;
    std::string body(100'000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>(i * 7);
    test::write_text(folder / "signed", "evt_1.1767355200." + body);
    // The secret is base64 of 32 bytes of the letter k.
    const auto by_hand = test::run_tool({"sh", "-c",
                                         "openssl dgst -sha256 -mac HMAC -macopt "
                                         "key:kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk -binary \"$0\" | base64",
                                         (folder / "signed").string()});
    CHECK("v1," + by_hand ==
          with({"whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="}).sign("evt_1", 1767355200, body) +
              '\n');
}

TEST_CASE("what is no secret is refused by its position and without a piece of it", "[forward]") {
    for (const std::string wrong :
         {"", "whsec_", "hushhush", "whsec_hush!hush", "whsec_hus", "whsec_hushhu==hush", " whsec_hushhush",
          "whsec_hushhush\n", "whsec_hushhush    ", "whsec_hushhuZ="}) {
        CAPTURE(wrong);
        const std::vector<std::string> secrets{first, wrong};
        const auto made = signer::make(secrets);
        REQUIRE(made.has_error());
        CHECK(made.error().code == errc::configuration_invalid);
        CHECK_THAT(made.error().detail, Catch::StartsWith("secret 2: "));
        CHECK(made.error().detail.find("hush") == std::string::npos);
    }
}
