#include <webhookd/handler/forward_handler.hpp>

#include "support/handler_attempt.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

const test::noon_clock noon;

failure refused(config::forward_handler settings) {
    outbound::http_engine engine;
    if (settings.url.empty()) settings.url = "https://user:hush@crm.invalid/hook?token=hush";
    const auto made = handler::make_forward_handler({"crm", std::move(settings), 10s}, engine, noon);
    REQUIRE(made.has_error());
    CHECK(made.error().detail.starts_with("handlers.crm: "));
    CHECK(made.error().detail.find("hush") == std::string::npos);
    return made.error();
}

config::forward_handler with_header(const std::string& name, const std::string& value) {
    config::forward_handler settings;
    settings.headers = {{name, value}};
    return settings;
}

} // namespace

TEST_CASE("headers that the daemon owns or that are none are refused by name", "[forward]") {
    for (const auto* name :
         {"Host", "content-LENGTH", "Transfer-Encoding", "Connection", "webhook-id", "Webhook-Signature",
          "x-jws-signature", "X-Universign-Event", "Webhookd-Attempt"}) {
        const auto why = refused(with_header(name, "hush"));
        CHECK(why.code == errc::configuration_invalid);
        CHECK_THAT(why.detail, Catch::Contains(std::string("headers.") + name));
    }
    for (const auto* name : {"", "a b", "a:", "a\r\nb", "\xc3\xa9"})
        CHECK(refused(with_header(name, "hush")).code == errc::configuration_invalid);
    for (const auto& value : {std::string("hush\r\nX: y"), std::string("hush\n"), std::string("hush\0", 5)})
        CHECK_THAT(refused(with_header("X-Ok", value)).detail, Catch::Contains("control character"));
    config::forward_handler twice;
    twice.headers = {{"X-Key", "hush"}, {"x-key", "hush"}};
    CHECK_THAT(refused(twice).detail, Catch::Contains("twice"));
}

TEST_CASE("a raw body is not redacted: that is refused", "[forward]") {
    config::forward_handler settings;
    settings.redact = {.api_tokens = true};
    const auto why = refused(settings);
    CHECK(why.code == errc::configuration_invalid);
    CHECK_THAT(why.detail, Catch::Contains("`redact` does not go with `body: raw`"));
}

TEST_CASE("an unknown field in a header is refused by the header's name", "[forward]") {
    const auto why = refused(with_header("X-Tx", "hush {{event.transaction}}"));
    CHECK(why.code == errc::configuration_invalid);
    CHECK_THAT(why.detail, Catch::Contains("headers.X-Tx: character 6: "));
}

TEST_CASE("a URL, secret, certificate or file that cannot be used is refused", "[forward]") {
    for (const auto* url :
         {"ftp://hush@crm.invalid/", "crm.invalid:x", "https://", "http://crm.invalid/\r\nhush"}) {
        config::forward_handler settings;
        settings.url = url;
        CHECK(refused(settings).code == errc::configuration_invalid);
    }
    config::forward_handler settings;
    settings.secrets = {"hush"};
    CHECK_THAT(refused(settings).detail, Catch::Contains("sign: secret 1"));
    settings = {};
    settings.client_certificate = "/nonexistent/cert.pem";
    CHECK(refused(settings).code == errc::configuration_invalid);
    settings.client_key = "/nonexistent/key.pem";
    CHECK(refused(settings).code == errc::file_unreadable);
    CHECK_THAT(refused(settings).detail, Catch::Contains("/nonexistent/cert.pem"));
    settings = {};
    settings.ca_file = "/nonexistent/ca.pem";
    CHECK(refused(settings).code == errc::file_unreadable);
}

TEST_CASE("an event whose body was purged is not sent empty", "[forward]") {
    outbound::http_engine engine;
    config::forward_handler settings;
    settings.url = "http://127.0.0.1:1/";
    const auto made = handler::make_forward_handler({"crm", settings, 10s}, engine, noon);
    REQUIRE(made);
    CHECK((*made)->needs_body());
    auto purged = test::sample_delivery();
    purged.event.body.clear();
    const auto outcome = test::attempt(**made, purged);
    CHECK(outcome.verdict == handler::verdict::failed);
    CHECK(outcome.reason == "the event's body is no longer kept");
}
