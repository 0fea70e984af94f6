#include <webhookd/exit_code.hpp>

#include "cli/verify.hpp"
#include "support/cli_console.hpp"
#include "support/command_line.hpp"
#include "support/free_port.hpp"
#include "support/scripted_server.hpp"
#include "support/signature_keys.hpp"
#include "support/temp_directory.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include <fstream>

using namespace webhookd;
using namespace webhookd::cli;

namespace {

const std::string body = R"({"id":"evt_1", "type":"action.closed"})";

/// A folder with a key set and a body, and the options that name them.
class files {
public:
    files() {
        write("jwks.json", test::signing_key().jwks());
        write("body.json", body);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream{folder_.path() / name, std::ios::binary} << bytes;
    }
    [[nodiscard]] verify_options options(std::string value) const {
        return {.jwks = path("jwks.json"), .signature = std::move(value), .body = path("body.json")};
    }

private:
    test::temp_directory folder_;
};

} // namespace

TEST_CASE("verify ends with 0 for a signature that holds, wherever body and signature come from", "[cli]") {
    const files at;
    const auto value = test::signing_key().sign(body);
    auto options = at.options(value);
    {
        const test::cli_console console;
        CHECK(run_verify(options, console.io()) == exit_code::ok);
        CHECK(console.out().starts_with("The signature holds"));
        CHECK(console.err().empty());
    }
    at.write("value", value + "\r\n");
    options.signature = "@" + at.path("value");
    options.body = "-";
    const test::cli_console console{body};
    CHECK(run_verify(options, console.io()) == exit_code::ok);
}

TEST_CASE("verify ends with 65 for a signature that does not hold, and explains it when asked", "[cli]") {
    const files at;
    auto options = at.options(test::signing_key().sign(body + "\n"));
    {
        const test::cli_console console;
        CHECK(run_verify(options, console.io()) == exit_code::data_error);
        CHECK(console.out().find("does not hold (signature-mismatch") != std::string::npos);
        CHECK(console.out().find("--explain") != std::string::npos);
    }
    options.explain = true;
    const test::cli_console console;
    CHECK(run_verify(options, console.io()) == exit_code::data_error);
    CHECK(console.out().find("- The body lost its final line break.") != std::string::npos);
}

TEST_CASE("verify --explain names what was done to a signature or a body, and the way out", "[cli]") {
    const files at;
    struct row {
        std::string value;
        std::string received;
        std::string told;
    };
    const auto& key = test::signing_key();
    const std::string lines = "{\n\"id\":\"evt_1\"\n}";
    const auto stranger =
        test::token_by_hand(test::private_key(key).get(), test::right_header("scd_alpha"), body);
    const row rows[] = {
        {"sha256=9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b9c1f0a5b", body,
         "- The value looks like an HMAC"},
        {key.sign(body).substr(0, 40), body, "- There is no dot"},
        {stranger, body, "https://api.alpha.universign.com/v1/webhooks/jwks.json"},
        {key.sign(lines), "\xef\xbb\xbf{\r\n\"id\":\"evt_1\"\r\n}",
         "- The body gained a byte order mark. The line ends"},
        {key.sign(R"({"id":"evt_1","n":1e400})"), R"({ "id": "evt_1", "n": 1e400 })",
         "- The signed JSON was compact"},
        {key.sign(R"({"id":"\u00e9\/"})"), "{\"id\":\"\xc3\xa9/\"}", "as PHP writes it"},
    };
    for (const auto& [value, received, told] : rows) {
        at.write("body.json", received);
        const auto said = test::run({"verify", "--jwks", at.path("jwks.json"), "--signature", value, "--body",
                                     at.path("body.json"), "--explain"});
        CAPTURE(said.out, said.err);
        CHECK(said.code == exit_code::data_error);
        CHECK(test::contains(said.out, told));
    }
}

TEST_CASE("verify answers in JSON when asked", "[cli]") {
    const files at;
    auto options = at.options("e30..\xc3\xa9");
    options.json = true;
    options.explain = true;
    const test::cli_console console;
    CHECK(run_verify(options, console.io()) == exit_code::data_error);
    CHECK(console.out().starts_with(R"({"valid":false,"kid":"","verdict":"The signature does not hold)"));
    CHECK(console.out().find(R"("findings":[")") != std::string::npos);
}

TEST_CASE("verify tells which input it cannot read, and what is no key set", "[cli]") {
    const files at;
    const auto good = at.options(test::signing_key().sign(body));
    const auto run = [](const verify_options& options, const std::string& said) {
        const test::cli_console console;
        const int code = run_verify(options, console.io());
        CAPTURE(console.err());
        CHECK(console.err().find(said) != std::string::npos);
        CHECK(console.out().empty());
        return code;
    };
    auto options = good;
    options.body = at.path("missing");
    CHECK(run(options, "--body: file-unreadable") == exit_code::no_input);
    options = good;
    options.signature = "@" + at.path("missing");
    CHECK(run(options, "--signature: file-unreadable") == exit_code::no_input);
    options = good;
    options.jwks = at.path("missing");
    CHECK(run(options, "--jwks: file-unreadable") == exit_code::no_input);
    options.jwks = at.path("body.json");
    CHECK(run(options, "--jwks: key-set-malformed: no array named keys") == exit_code::data_error);
    options = good;
    options.body = "-";
    options.signature = "@-";
    CHECK(run(options, "only one of") == exit_code::usage);
}

TEST_CASE("verify fetches the key set from a URL, and ends with 69 when it is not to be had", "[cli]") {
    test::scripted_server server{[](const auto& request) {
        if (request.target() == "/keys") return test::http_reply(200, test::signing_key().jwks());
        if (request.target() == "/moved") return test::http_reply(302, "", "Location: /keys\r\n");
        if (request.target() == "/away")
            return test::http_reply(302, "", "Location: http://localhost:1/keys\r\n");
        if (request.target() == "/page") return test::http_reply(200, "<html>");
        return test::http_reply(404, "");
    }};
    const files at;
    auto options = at.options(test::signing_key().sign(body));
    const auto run = [&](const std::string& url) {
        options.jwks = url;
        return run_verify(options, test::cli_console{}.io());
    };
    CHECK(run(server.url("/keys")) == exit_code::ok);
    CHECK(run(server.url("/moved")) == exit_code::ok);
    CHECK(run(server.url("/away")) == exit_code::unavailable);
    CHECK(run(server.url("/none")) == exit_code::unavailable);
    CHECK(run(server.url("/page")) == exit_code::data_error);
    CHECK(run("http://127.0.0.1:" + std::to_string(test::free_port()) + "/keys") == exit_code::unavailable);
    CHECK(run("http://[") == exit_code::usage);
}

TEST_CASE("the command verify needs a proof, or a key set, a signature and a body", "[cli]") {
    for (const char* line : {"verify", "verify --jwks a --signature b", "verify --jwks a --body b",
                             "verify --signature a --body b"}) {
        CLI::App app;
        int code = -1;
        add_verify_command(app, code);
        app.parse(line);
        CHECK(code == exit_code::usage);
    }
}
