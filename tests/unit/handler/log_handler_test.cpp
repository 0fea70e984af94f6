#include <webhookd/handler/log_handler.hpp>

#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

using namespace webhookd;

namespace {

class fixed_clock final : public runtime::clock {
public:
    timestamp now() const override { return *parse_rfc3339("2026-01-02T12:00:00Z"); }
};

const fixed_clock noon;

store::stored_event stalled_event() {
    store::stored_event e;
    e.offset = 1;
    e.endpoint = "production";
    e.envelope.id = "evt_1";
    e.envelope.type = "action.stalled";
    e.envelope.transaction_id = "tx_1";
    e.envelope.user_id = "someone@example.com";
    e.envelope.stalled_reason = "signature_refusal";
    e.source = "203.0.113.7";
    e.body = R"({"participant_email":"someone@example.com"})";
    e.received = noon.now();
    return e;
}

handler::outcome handle(handler::handler& h, std::uint32_t attempt = 1,
                        const store::stored_event& event = stalled_event()) {
    const auto came = std::make_shared<std::promise<handler::outcome>>();
    auto outcome = came->get_future();
    h.start(std::make_shared<handler::delivery>(handler::delivery{7, attempt, event}),
            [came](handler::outcome o) { came->set_value(std::move(o)); });
    REQUIRE(outcome.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    return outcome.get();
}

std::string logged(config::log_handler settings, log::format format = log::format::json,
                   std::uint32_t times = 1) {
    const test::temp_directory directory;
    settings.file = directory / "events.log";
    auto made = handler::make_log_handler({"audit", settings, format}, noon);
    REQUIRE(made.has_value());
    for (std::uint32_t i = 1; i <= times; ++i)
        CHECK(handle(**made, i).verdict == handler::verdict::successful);
    return test::read_text(settings.file);
}

} // namespace

TEST_CASE("an event's line names its ids and nothing personal", "[handler]") {
    CHECK(
        logged({}) ==
        R"({"time":"2026-01-02T12:00:00.000Z","level":"info","message":"event","handler":"audit","endpoint":"production",)"
        R"("event":"evt_1","type":"action.stalled","received":"2026-01-02T12:00:00.000Z","transaction":"tx_1",)"
        R"("stalled_reason":"signature_refusal"})"
        "\n");
}

TEST_CASE("the payload is logged only where it was asked for", "[handler]") {
    config::log_handler settings;
    settings.include_payload = true;
    CHECK_THAT(logged(settings),
               Catch::Contains(R"("payload":"{\"participant_email\":\"someone@example.com\"}")"));
    const auto without = handler::make_log_handler({"audit", {}, log::format::json}, noon);
    CHECK_FALSE((*without)->needs_body());
}

TEST_CASE("a logged payload is without secrets, unless the configuration says so", "[handler]") {
    const test::temp_directory directory;
    auto event = stalled_event();
    event.body = R"({"n":1.10,"token":"apikey_live","actions":[{"url":"https://sign.example/a"}]})";
    config::log_handler settings;
    settings.include_payload = true;
    const auto payload = [&](const char* file) {
        settings.file = directory / file;
        auto made = handler::make_log_handler({"audit", settings, log::format::json}, noon);
        REQUIRE(made.has_value());
        CHECK(handle(**made, 1, event).verdict == handler::verdict::successful);
        return test::read_text(settings.file);
    };
    CHECK_THAT(
        payload("default"),
        Catch::Contains(R"("payload":"{\"n\":1.10,\"token\":\"***\",\"actions\":[{\"url\":\"***\"}]}")"));
    settings.redact = {.api_tokens = true};
    CHECK_THAT(payload("tokens"),
               Catch::Contains("https://sign.example/a") && !Catch::Contains("apikey_live"));
    settings.redact = {};
    CHECK_THAT(payload("nothing"),
               Catch::Contains("https://sign.example/a") && Catch::Contains("apikey_live"));
}

TEST_CASE("level, format and attempt show in the line", "[handler]") {
    config::log_handler settings;
    settings.level = config::log_level::warning;
    const auto lines = logged(settings, log::format::text, 2);
    CHECK_THAT(lines, Catch::StartsWith("2026-01-02T12:00:00.000Z warning event handler=audit"));
    CHECK_THAT(lines, Catch::Contains(" attempt=2\n"));
    CHECK(lines.find("attempt=1") == std::string::npos);
}

TEST_CASE("a file that cannot be opened is an error with its name", "[handler]") {
    config::log_handler settings;
    settings.file = "/nonexistent/events.log";
    const auto made = handler::make_log_handler({"audit", settings, log::format::json}, noon);
    REQUIRE(made.has_error());
    CHECK(made.error().code == errc::file_unwritable);
    CHECK_THAT(made.error().detail, Catch::Contains("/nonexistent/events.log"));
}

TEST_CASE("a line that cannot be written is told, so that it is tried again", "[handler]") {
    config::log_handler settings;
    settings.file = "/dev/full";
    auto made = handler::make_log_handler({"audit", settings, log::format::json}, noon);
    REQUIRE(made.has_value());
    const auto outcome = handle(**made);
    CHECK(outcome.verdict == handler::verdict::retry);
    CHECK_THAT(outcome.reason, Catch::StartsWith("file-unwritable"));
}

TEST_CASE("after a rotation the next line goes to a file of the old name", "[handler]") {
    const test::temp_directory directory;
    config::log_handler settings;
    settings.file = directory / "events.log";
    auto made = handler::make_log_handler({"audit", settings, log::format::json}, noon);
    REQUIRE(made.has_value());
    handle(**made);
    std::filesystem::rename(settings.file, directory / "events.log.1");
    handle(**made);
    (*made)->reopen();
    handle(**made);
    const auto line = test::read_text(settings.file);
    CHECK_THAT(line, Catch::EndsWith("\n"));
    CHECK(test::read_text(directory / "events.log.1") == line + line);

    std::filesystem::remove_all(directory.path());
    (*made)->reopen(); // cannot: the old file stays in use
    CHECK(handle(**made).verdict == handler::verdict::successful);
}
