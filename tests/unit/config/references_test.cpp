#include "config/references.hpp"
#include "support/config_fixture.hpp"
#include "support/paths.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace webhookd;
using namespace webhookd::config;

namespace {

const test::config_world world{{{"NAME", "value"}, {"EMPTY", ""}, {"LOOP", "${env:NAME}"}},
                               {{"/run/one", "one\n"},
                                {"/run/two", "two\n\n"},
                                {"/run/dos", "dos\r\n"},
                                {"/creds/token", "cred\n"},
                                {"/run/zero", std::string("a\0b", 3)}},
                               "/creds"};

} // namespace

TEST_CASE("references are filled in wherever they stand in a text", "[config]") {
    const std::pair<const char*, const char*> rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"${env:NAME}", "value"},
        {"Bearer ${env:NAME}!", "Bearer value!"},
        {"${env:NAME}${file:/run/one}", "valueone"},
        {"${env:EMPTY}", ""},
        {"${file:/run/two}", "two\n"},
        {"${file:/run/dos}", "dos"},
        {"${credential:token}", "cred"},
        {"$${env:NAME}", "${env:NAME}"},
        {"$$${env:NAME}", "$${env:NAME}"},
        {"$NAME $ $$ $", "$NAME $ $$ $"},
        {"${env:LOOP}", "${env:NAME}"},
    };
    for (const auto& [text, expected] : rows) {
        INFO(text);
        const auto out = expand(text, world.sources(), other_braces::refuse);
        CHECK(out.mistake.empty());
        CHECK(out.text == expected);
    }
}

TEST_CASE("a reference that cannot be filled in is named", "[config]") {
    const std::pair<const char*, const char*> rows[] = {
        {"${env:NONE}", "\"${env:NONE}\" is not set in the environment"},
        {"${env:}", "\"${env:}\" is not the name of an environment variable"},
        {"${env:A=B}", "\"${env:A=B}\" is not the name of an environment variable"},
        {"${file:}", "\"${file:}\" names no file"},
        {"${file:/nowhere}", "\"${file:/nowhere}\" cannot be read; check that the file exists and that the "
                             "daemon's user may read it"},
        {"${file:/run/zero}", "\"${file:/run/zero}\" holds a zero byte"},
        {"${credential:other}",
         "\"${credential:other}\" cannot be read from $CREDENTIALS_DIRECTORY; pass it with "
         "systemd's LoadCredential="},
        {"${credential:../run/one}", "\"${credential:../run/one}\" is not the name of a credential"},
        {"${evn:NAME}", "\"${evn:NAME}\" is no reference; there are ${env:NAME}, ${file:/path} and "
                        "${credential:name}, and a "
                        "literal `${` is written `$${`; did you mean \"env\"?"},
        {"${NAME}",
         "\"${NAME}\" is no reference; there are ${env:NAME}, ${file:/path} and ${credential:name}, and a "
         "literal `${` is written `$${`"},
        {"${env:NAME", "`${` without its `}`; write a literal `${` as `$${`"},
    };
    for (const auto& [text, mistake] : rows) {
        INFO(text);
        CHECK(expand(text, world.sources(), other_braces::refuse).mistake == mistake);
    }
    test::config_world without = world;
    without.credentials_directory.clear();
    CHECK(expand("${credential:token}", without.sources(), other_braces::refuse).mistake ==
          "\"${credential:token}\" is not there: $CREDENTIALS_DIRECTORY is not set; pass it with systemd's "
          "LoadCredential=");
}

TEST_CASE("a shell's own braces pass where a shell reads the text", "[config]") {
    const std::pair<const char*, const char*> rows[] = {
        {"x \"$UNIVERSIGN_TRANSACTION_ID\"", "x \"$UNIVERSIGN_TRANSACTION_ID\""},
        {"x ${UNIVERSIGN_EVENT_ID:-none} ${A%%.*} $$", "x ${UNIVERSIGN_EVENT_ID:-none} ${A%%.*} $$"},
        {"x ${env:NAME}", "x value"},
        {"x ${", "x ${"},
    };
    for (const auto& [text, expected] : rows) {
        INFO(text);
        const auto out = expand(text, world.sources(), other_braces::keep);
        CHECK(out.mistake.empty());
        CHECK(out.text == expected);
    }
    CHECK_FALSE(expand("x ${env:NONE}", world.sources(), other_braces::keep).mistake.empty());
}

TEST_CASE("the process's own environment and files are read", "[config]") {
    ::setenv("WEBHOOKD_TEST_REFERENCE", "here", 1);
    const auto sources = secret_sources::of_process();
    CHECK(sources.environment("WEBHOOKD_TEST_REFERENCE") == "here");
    CHECK_FALSE(sources.environment("WEBHOOKD_TEST_NO_SUCH_VARIABLE"));
    CHECK(sources.file(test::source_folder() + "/LICENSE"));
    CHECK_FALSE(sources.file("/nowhere/at/all"));
    CHECK_FALSE(sources.file("/dev/zero"));
    CHECK_FALSE(sources.file("/"));
}
