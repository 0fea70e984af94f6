#include <webhookd/exit_code.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/signer.hpp>

#include "cli/keys.hpp"
#include "support/cli_console.hpp"
#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <fstream>

using namespace webhookd;
using namespace webhookd::cli;

namespace {

keys_generate_options in(const std::filesystem::path& folder) {
    return {.out = folder.string(), .bits = 2048};
}

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

} // namespace

TEST_CASE("keys generate makes a private key that only its owner reads, and the key set that fits", "[cli]") {
    const test::temp_directory folder;
    const auto out = folder.path() / "new" / "keys";
    const test::cli_console console;
    REQUIRE(run_keys_generate(in(out), console.io()) == exit_code::ok);

    CHECK(mode_of(out / "private.pem") == 0600);
    CHECK(mode_of(out / "jwks.json") == 0644);
    const auto signer = signature::signer::from_pem(test::read_text(out / "private.pem")).value();
    const auto keys = signature::key_set::parse(test::read_text(out / "jwks.json")).value();
    CHECK(keys.kids() == std::vector{signer.kid()});
    CHECK(keys.find(signer.kid())->bits() == 2048);

    CHECK(console.out().find(signer.kid()) != std::string::npos);
    CHECK(console.out().find("trigger") != std::string::npos);
    CHECK(console.out().find("PRIVATE KEY") == std::string::npos);
    CHECK(console.err().empty());
}

TEST_CASE("keys generate leaves a key alone that is there, until it is forced", "[cli]") {
    const test::temp_directory folder;
    const test::cli_console console;
    auto options = in(folder.path());
    REQUIRE(run_keys_generate(options, console.io()) == exit_code::ok);
    const auto first = test::read_text(folder.path() / "private.pem");

    CHECK(run_keys_generate(options, console.io()) == exit_code::cannot_create);
    CHECK(test::read_text(folder.path() / "private.pem") == first);
    CHECK(console.err().find("private.pem: is there already") != std::string::npos);

    std::filesystem::remove(folder.path() / "private.pem");
    CHECK(run_keys_generate(options, console.io()) == exit_code::cannot_create); // a key set without its key
    options.force = true;
    CHECK(run_keys_generate(options, console.io()) == exit_code::ok);
    CHECK(test::read_text(folder.path() / "private.pem") != first);
}

TEST_CASE("keys generate says what it cannot do", "[cli]") {
    const test::temp_directory folder;
    const test::cli_console console;
    auto options = in(folder.path());
    options.bits = 1024;
    CHECK(run_keys_generate(options, console.io()) == exit_code::usage);
    CHECK(console.err() == "--bits: a key has 2048 to 8192 bits, a multiple of 8\n");

    std::ofstream{folder.path() / "file"} << "x";
    CHECK(run_keys_generate(in(folder.path() / "file"), console.io()) == exit_code::cannot_create);
    CHECK(run_keys_generate(in(folder.path() / "file" / "below"), console.io()) == exit_code::cannot_create);
}

TEST_CASE("keys generate prints one JSON object when asked", "[cli]") {
    const test::temp_directory folder;
    const test::cli_console console;
    auto options = in(folder.path());
    options.json = true;
    REQUIRE(run_keys_generate(options, console.io()) == exit_code::ok);
    CHECK(console.out().starts_with(R"({"kid":"scd_)"));
    CHECK(console.out().ends_with("jwks.json\"}\n"));
}

TEST_CASE("the command keys needs generate, and generate needs a folder", "[cli]") {
    for (const char* line : {"keys", "keys generate", "keys generate --out x --bits many", "keys other"}) {
        CLI::App app;
        int code = -1;
        add_keys_command(app, code);
        CAPTURE(line);
        CHECK_THROWS_AS(app.parse(line), CLI::ParseError);
        CHECK(code == -1);
    }
}
