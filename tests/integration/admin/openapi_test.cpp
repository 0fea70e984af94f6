#include <webhookd/event/envelope.hpp>
#include <webhookd/event/event_type.hpp>

#include "support/admin_api.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/scripted_server.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using test::daemon_fixture;
using test::daemon_setup;
using test::http_connection;
using test::keep;
using test::shared_key;
using test::wait_for_condition;

namespace {

const std::string source = test::source_folder();

/// What may come from outside and look odd in an answer. Each is kept or refused; neither may break the
/// document.
const std::vector<std::string> hostile{
    R"({"id":"evt_bare","type":"x"})",
    R"({"id":"<a/b?c#d%2F&e='\">","type":"=cmd|'/C'!A0","createdAt":1772442000})",
    R"({"id":"evt_list","type":"action.opened","createdAt":"9999-12-31T23:59:59Z","payload":{"object":[1,-0.5,null]}})",
    R"({"id":"evt_text","type":"action.opened","createdAt":"never","payload":{"object":"text"}})",
    R"({"id":"evt_none","type":"action.opened ","payload":null})",
    R"({"id":"evt_many","type":"apikey.created","payload":{"object":{"id":{"id":7},"state":["x"],"n":1e308,"n":18446744073709551615}}})",
    R"({"id":"evt_odd","type":"action.stalled","trace_id":"\u202e\u0007","payload":{"object":{"name":"\u0000\ud83d\ude00\r\n","state":"\u001b[31m","stalled_reason":"é"}}})",
    R"({"id":"evt_half","type":"action.opened","payload":{"object":{"name":"\ud800"}}})",
    "{\"id\":\"evt_bytes\",\"type\":\"action.opened\",\"payload\":{\"object\":{\"name\":\"\xff\xfe\"}}}",
};

/// The tokens are "look", "act" and "own".
const std::string tokens = "  tokens:\n"
                           "    - { name: looker, role: integrator, sha256: "
                           "\"3c01eba119e00d79c82b6f65d70bc5f1044d568618bf41377e6d1432023fc2b8\" }\n"
                           "    - { name: actor, role: admin, sha256: "
                           "\"f83f07be16e270186d35b876916c461995ebc3af5b1798f898c33285a1847dbc\" }\n"
                           "    - { name: owner, role: owner, sha256: "
                           "\"5b3975651c3cab92d044c096dc30a1c2d9525497457472de48c51ecb363d1f4a\" }\n";

/// Handlers of which one succeeds, one fails for good, and one is left waiting.
const std::string handlers = "  fine: { type: log }\n"
                             "  broken: { type: shell, command: \"printf 'a\\\\377\\\\033[1m'; exit 3\", "
                             "retry: { max_attempts: 1 } }\n"
                             "  slow: { type: shell, command: \"sleep 0.3\" }\n"
                             "  waiting: { type: shell, command: \"exit 75\", retry: { initial: 1h } }\n";

daemon_setup whole(const std::filesystem::path& directory, const std::string& universign) {
    daemon_setup setup;
    setup.directory = directory;
    setup.sections = "universign: { api: { url: \"" + universign + "\", key: secret } }\n";
    setup.admin = tokens;
    setup.server = "  allowed_sources: [\"127.0.0.0/8\"]\n  trusted_proxies: [\"127.0.0.1/32\"]\n"
                   "  limits: { body_timeout: 500ms }\n";
    setup.endpoints = "endpoints:\n";
    for (const auto& [name, path] : {std::pair("production", "/webhooks/universign"), {"alpha", "/alpha"}})
        setup.endpoints += std::string("  - { name: ") + name + ", path: " + path +
                           ", signature: { jwks: { file: \"" + (directory / "jwks.json").string() +
                           "\" } } }\n";
    setup.endpoints += "  - { name: trial, path: /trial, signature: { mode: disabled } }\n";
    setup.handlers = handlers;
    setup.routes = "  - { name: most, match: [\"*\", \"!apikey.deleted\"], handlers: [fine, broken] }\n"
                   "  - { name: some, match: action.opened, handlers: [waiting] }\n";
    return setup;
}

/// One of its endpoints has no keys, and a single delivery that waits is as many as may.
daemon_setup troubled() {
    daemon_setup setup;
    setup.endpoints = "endpoints:\n"
                      "  - { name: keyless, path: /webhooks/universign, signature: { jwks: { url: "
                      "\"http://127.0.0.1:1/jwks.json\" } } }\n"
                      "  - { name: open, path: /open, signature: { mode: disabled } }\n";
    setup.handlers = handlers;
    setup.routes = "  - { name: all, match: \"*\", handlers: [waiting] }\n";
    setup.sections = "queue: { max_pending: 1 }\n";
    setup.wait_for_ready = false;
    return setup;
}

/// Universign's own report, which is not available for 2001.
test::scripted_reply universigns_answer(const test::scripted_request& r) {
    if (r.target().find("2001") != std::string::npos) return test::http_reply(500, "");
    return test::http_reply(200, R"({"object":"events-report","total":10,"visas":1,"seals":2,"reviews":1,
        "signatures":6,"signatures_by_required_level":{"level_0":1,"level_1":1,"level_2":2,"level_3":1,"level_4":1}})");
}

/// Several daemons in the states that the documented answers need, and the program that asks them.
class contract {
public:
    contract() {
        for (const auto& type : event::catalogue())
            event_ = keep(whole_, type.name, 1);
        unrouted_ = keep(whole_, "apikey.deleted", 2);
        twice_ = keep(whole_, "action.opened", 3);
        http_connection ingest(whole_.ingest_port());
        const auto again = test::sample("action.opened", 3);
        REQUIRE(ingest.post_webhook("/alpha", again, shared_key().sign(again)).status == 200);
        for (const auto& body : hostile) {
            INFO(body);
            const auto status = ingest.post_webhook("/trial", body, "").status;
            CHECK((status == 200 || status == 400));
        }
        // Of a transaction that only its end tells of.
        const timestamp later = std::chrono::sys_days(std::chrono::May / 1 / 2026);
        const auto end = event::make_sample("transaction.lifecycle.completed", {.seed = 6, .started = later});
        REQUIRE(whole_.post(end.value()).status == 200);
        const auto kept_end = event::parse_envelope(end.value()).value();
        evidence_ = kept_end.id;
        doomed_ = kept_end.transaction_id;
        whole_.restart(); // an outage

        write_webhook("good", test::sample("action.closed", 4));
        write_webhook("bad", "[]");

        http_connection open(troubled_.ingest_port());
        const auto first = test::sample("action.opened", 5);
        REQUIRE(open.post_webhook("/open", first, "").status == 200);
        REQUIRE(wait_for_condition([&] { return open.post_webhook("/open", first, "").status == 503; }));
        const auto kept = test::ask(troubled_, "/v1/events");
        troubled_event_ = kept["data"][0]["id"].GetString();
        test::write_text(troubled_.config_file(), "server: { listem: [] }\n");
    }

    /// What the program prints, after its exit code.
    std::string ask(const std::filesystem::path& document) {
        const auto value = [](std::string name, const auto& is) {
            if constexpr (std::is_integral_v<std::decay_t<decltype(is)>>)
                return std::move(name) + "=" + std::to_string(is);
            else
                return std::move(name) + "=" + std::string(is);
        };
        test::process program(
            {{"/usr/bin/python3", "-B", source + "/tests/integration/admin/openapi_contract.py",
              document.string(), source + "/src", value("admin", whole_.admin_port()),
              value("ingest", whole_.ingest_port()), value("troubled_admin", troubled_.admin_port()),
              value("troubled_ingest", troubled_.ingest_port()), value("event", event_),
              value("unrouted", unrouted_), value("twice", twice_), value("evidence", evidence_),
              value("doomed", doomed_), value("troubled_event", troubled_event_),
              value("webhooks", webhooks_.path().string())},
             {},
             directory_ / "out",
             directory_ / "err"});
        const auto ended = program.wait(std::chrono::minutes(2));
        if (!ended) throw std::runtime_error("the program does not end");
        return std::to_string(ended->code) + "\n" + test::read_text(directory_ / "out") +
               test::read_text(directory_ / "err");
    }

    [[nodiscard]] std::filesystem::path scratch() const { return directory_ / "document.yaml"; }

private:
    void write_webhook(const std::string& name, const std::string& body) {
        test::write_text(webhooks_ / (name + ".json"), body);
        test::write_text(webhooks_ / (name + ".signature"), shared_key().sign(body));
    }

    test::temp_directory directory_;
    test::temp_directory webhooks_;
    test::scripted_server universign_{universigns_answer};
    daemon_fixture whole_{whole(directory_.path(), universign_.url(""))};
    daemon_fixture troubled_{troubled()};
    std::string event_, unrouted_, twice_, evidence_, doomed_, troubled_event_;
};

bool available() {
    test::process program(
        {{"/usr/bin/python3", "-c", "import jsonschema, yaml; jsonschema.Draft202012Validator"}, {}, {}, {}});
    const auto ended = program.wait(std::chrono::seconds(60));
    return ended && ended->code == 0;
}

} // namespace

TEST_CASE("the daemon answers as config/openapi.yaml documents, and the document leaves nothing out",
          "[admin][openapi]") {
    if (!available()) {
        WARN("this test is skipped: it needs Debian's python3-jsonschema and python3-yaml");
        return;
    }
    contract c;
    const auto document = test::read_text(source + "/config/openapi.yaml");
    const auto answer = c.ask(source + "/config/openapi.yaml");
    INFO(answer);
    REQUIRE(answer.starts_with("0\n"));

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // The same program must see what a document can have wrong, or the line above says nothing. Of the daemon
    // this shows nothing more.
    struct mistake {
        std::string text, instead, told;
    };
    for (const auto& [text, instead, told] : std::vector<mistake>{
             {"  /v1/events/count:\n", "  /v1/events/counted:\n",
              "/v1/events/count is served and not documented"},
             {"      required: [retried]\n", "      required: [again]\n", "the required member again"},
             {"schemas/Count\" }", "schemas/Counts\" }", "nothing stands at"},
             {"        retried: { $ref: \"#/components/schemas/Amount\" }\n\n",
              "        retried: { type: string }\n\n", "is not of type 'string'"},
             {"        trace_id: { $ref: \"#/components/schemas/TextOrNull\" }\n", "", "trace_id"},
             {"      x-role: admin\n", "      x-role: owner\n", "expected 403"},
             {"        \"409\": { $ref: \"#/components/responses/Conflict\" }\n", "",
              "this status is not documented"},
             {"        \"404\": { $ref: \"#/components/responses/NotFound\" }\n",
              "        \"404\": { $ref: \"#/components/responses/NotFound\" }\n"
              "        \"410\": { $ref: \"#/components/responses/Refused\" }\n",
              "410 is documented and was never answered"},
             {"        - $ref: \"#/components/parameters/Text\"\n", "", "expected 400"},
             {"maximum: 10000,", "maximum: 20000,", "the documented limit=20000 is refused"},
         }) {
        auto changed = document;
        const auto at = changed.find(text);
        REQUIRE(at != std::string::npos);
        changed.replace(at, text.size(), instead);
        test::write_text(c.scratch(), changed);
        const auto seen = c.ask(c.scratch());
        INFO(text << seen);
        CHECK(seen.starts_with("3\n"));
        CHECK(seen.find(told) != std::string::npos);
    }
#endif
}
