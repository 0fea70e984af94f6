#include <webhookd/event/envelope.hpp>
#include <webhookd/files/zip.hpp>

#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/event_samples.hpp"
#include "support/files.hpp"
#include "support/run_tool.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <sstream>
#include <string>

using namespace webhookd;
using test::daemon_fixture;
using test::run;
using test::run_at;

namespace {

/// The commands of a proof's README: the lines that begin with four blanks and no fifth.
std::string commands_of(const std::string& readme) {
    std::string script = "set -e\n";
    std::istringstream lines(readme);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("    ") && !line.starts_with("     ")) script += line.substr(4) + '\n';
    return script;
}

std::vector<files::archived_file> unpack(const std::string& file) {
    return files::read_zip(test::read_text(file)).value();
}

/// A daemon with one event, and a folder for its proof.
struct proven {
    daemon_fixture daemon{[] {
        test::daemon_setup setup;
        setup.admin = test::viewer_and_ops;
        return setup;
    }()};
    test::temp_directory folder;
    std::string event = test::keep(daemon, "transaction.lifecycle.completed", 1);
    std::string file = (folder / "a.proof.zip").string();

    test::printed save(std::vector<std::string> more = {}) {
        std::vector<std::string> call{"events", "proof", event, "--out", file, "--token", "viewer"};
        call.insert(call.end(), more.begin(), more.end());
        return run_at(daemon.admin_port(), call);
    }
};

} // namespace

TEST_CASE("a proof holds offline, with the keys that are published, and with openssl as its README says",
          "[proof]") {
    proven p;
    const auto saved = p.save();
    INFO(saved.err);
    REQUIRE(saved.code == 0);
    struct stat status {};
    REQUIRE(::stat(p.file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(p.daemon.says("a proof was taken"));
    CHECK(p.daemon.stderr_text().find("\"by\":\"viewer\"") != std::string::npos);
    p.daemon.kill9();

    const auto offline = run({"verify", "--proof", p.file});
    CHECK(offline.code == 0);
    CHECK(offline.out.find("The signature holds") == 0);
    CHECK(offline.out.find(p.event) != std::string::npos);
    CHECK(offline.out.find("jwks.json") != std::string::npos); // where its key came from

    test::write_text(p.folder / "jwks.json", test::shared_key().jwks());
    CHECK(run({"verify", "--proof", p.file, "--jwks", (p.folder / "jwks.json").string(), "--json"}).code ==
          0);
    const auto other = signature::signer::generate(2048).value();
    test::write_text(p.folder / "jwks.json", other.jwks());
    CHECK(run({"verify", "--proof", p.file, "--jwks", (p.folder / "jwks.json").string()}).code == 65);

    // Another program reads the archive, and openssl checks what it holds.
    const auto unpacked = (p.folder / "unpacked").string();
    (void)test::run_tool({"/usr/bin/python3", "-m", "zipfile", "-e", p.file, unpacked});
    test::write_text(unpacked + "/check.sh", commands_of(test::read_text(unpacked + "/README.txt")));
    CHECK(test::run_tool({"/bin/sh", "-c", "cd '" + unpacked + "' && sh check.sh"}).find("Verified OK") == 0);
    const auto statement = test::parse(test::read_text(unpacked + "/proof.json"));
    const auto digest = test::run_tool({"openssl", "dgst", "-sha256", "-r", unpacked + "/body.json"});
    CHECK(digest.find(statement["body_sha256"].GetString()) == 0);
    CHECK(std::string(statement["key_confirmed"].GetString()).size() == 24);
    // The commands can fail.
    test::write_text(unpacked + "/body.json", test::read_text(unpacked + "/body.json") + " ");
    test::write_text(unpacked + "/check.sh",
                     commands_of(test::read_text(unpacked + "/README.txt")) + "exit 0\n");
    CHECK(test::run_tool({"/bin/sh", "-c", "cd '" + unpacked + "' && sh check.sh || echo not verified"})
              .find("not verified") != std::string::npos);
}

TEST_CASE("a proof that was tampered with is refused by its reason", "[proof]") {
    proven p;
    REQUIRE(p.save().code == 0);
    auto files = unpack(p.file);
    const auto saved_as = [&](const std::vector<files::archived_file>& all) {
        const auto file = (p.folder / "other.zip").string();
        test::write_text(file, files::write_zip(all, timestamp()).value());
        return run({"verify", "--proof", file});
    };
    SECTION("another body") {
        files[1].content.back() = ' ';
        const auto told = saved_as(files);
        CHECK(told.code == 65);
        CHECK(told.err.find("body.json is not the body that proof.json states") != std::string::npos);
    }
    SECTION("another signature") {
        auto& value = files[2].content;
        value[value.size() - 20] = value[value.size() - 20] == 'A' ? 'B' : 'A';
        const auto told = saved_as(files);
        CHECK(told.code == 65);
        CHECK(told.out.find("does not hold") != std::string::npos);
    }
    SECTION("something else") {
        test::write_text(p.folder / "other.zip", "no archive");
        const auto told = run({"verify", "--proof", (p.folder / "other.zip").string()});
        CHECK(told.code == 65);
        CHECK(told.err.find("this is no proof") != std::string::npos);
        CHECK(run({"verify", "--proof", (p.folder / "nothing.zip").string()}).code == 66);
        CHECK(run({"verify", "--proof", p.file, "--body", p.file}).code == 64);
        CHECK(run({"verify", "--jwks", p.file}).code == 64);
    }
    SECTION("packed again with compression") {
        const auto packed = (p.folder / "packed.zip").string();
        (void)test::run_tool(
            {"/usr/bin/python3", "-c",
             "import sys,zipfile\nf,t=sys.argv[1:]\no=zipfile.ZipFile(t,'w',zipfile.ZIP_DEFLATED)\n"
             "for i in zipfile.ZipFile(f).infolist(): o.writestr(i.filename, zipfile.ZipFile(f).read(i), "
             "zipfile.ZIP_DEFLATED)\no.close()",
             p.file, packed});
        const auto told = run({"verify", "--proof", packed});
        CHECK(told.code == 65);
        CHECK(told.err.find("a file is compressed") != std::string::npos);
    }
}

TEST_CASE("a proof replaces nothing unless that is asked for, and is there whole or not at all", "[proof]") {
    proven p;
    test::write_text(p.file, "mine");
    const auto refused = p.save();
    CHECK(refused.code == 73);
    CHECK(refused.err.find("--force") != std::string::npos);
    CHECK(test::read_text(p.file) == "mine");
    CHECK(p.save({"--force"}).code == 0);
    CHECK(run({"verify", "--proof", p.file}).code == 0);

    p.file = (p.folder / "none.zip").string();
    p.event = "evt_nobody_sent";
    CHECK(p.save().code == 65);
    CHECK(!std::filesystem::exists(p.file));
}

TEST_CASE("who reads a body over the API is logged and what was read is not", "[proof]") {
    proven p;
    const auto& token = p.daemon;
    test::http_connection admin(token.admin_port());
    const std::map<std::string, std::string> viewer{{"Authorization", "Bearer viewer"}};
    REQUIRE(admin.exchange("GET", "/v1/events/" + p.event, viewer).status == 200);
    REQUIRE(p.daemon.says("the body of an event was read"));
    REQUIRE(admin.exchange("GET", "/v1/events.ndjson?payload=true", viewer).status == 200);
    REQUIRE(p.daemon.says("the bodies of events are exported"));
    const auto log = p.daemon.stderr_text();
    const auto line = log.substr(log.find("the body of an event was read"));
    CHECK(line.find("\"by\":\"viewer\"") != std::string::npos);
    CHECK(line.find(p.event) != std::string::npos);
    CHECK(log.find("@example") == std::string::npos);
    CHECK(log.find("https://sign.") == std::string::npos);
}

TEST_CASE("an event whose body is gone has no proof and its reading leaves no line", "[proof]") {
    proven p;
    const auto transaction =
        event::parse_envelope(test::sample("transaction.lifecycle.completed", 1))->transaction_id;
    REQUIRE(run_at(p.daemon.admin_port(),
                   {"events", "erase", "--transaction", transaction, "--yes", "--token", "ops"})
                .code == 0);
    const auto told = p.save();
    CHECK(told.code == 65);
    CHECK(told.err.find("the body is no longer kept") != std::string::npos);
    REQUIRE(run_at(p.daemon.admin_port(), {"events", "show", p.event, "--token", "viewer"}).code == 0);
    CHECK(p.daemon.terminate() == 0);
    CHECK(p.daemon.stderr_text().find("the body of an event was read") == std::string::npos);
}
