#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using test::sections;

TEST_CASE("Universign's API is asked at its own address, with a key that is set", "[config]") {
    const auto plain = test::load_sections("");
    REQUIRE(plain.value);
    CHECK(plain.value->reloadable.universign.url == "https://api.universign.com");
    CHECK(plain.value->reloadable.universign.key.empty());

    test::config_world world;
    world.environment["KEY"] = "k1";
    const auto set = test::load_sections(
        "universign: { api: { url: 'http://127.0.0.1:9/x//', key: '${env:KEY}' } }\n", world);
    CHECK(test::config_lines(set).empty());
    REQUIRE(set.value);
    CHECK(set.value->reloadable.universign.url == "http://127.0.0.1:9/x");
    CHECK(set.value->reloadable.universign.key == "k1");
}

TEST_CASE("an address that would show the key, and a key that is none, are mistakes", "[config]") {
    test::check_config_mistakes({
        {sections,
         "universign: { api: { url: api.universign.com } }",
         {"c.yaml:1:27: universign.api.url: is not a URL; write it like https://api.universign.com"}},
        {sections,
         "universign: { api: { url: 'http://api.universign.com' } }",
         {"c.yaml:1:27: universign.api.url: must be https: the key would cross the network in the clear"}},
        {sections,
         "universign: { api: { url: 'https://u:p@api.universign.com' } }",
         {"c.yaml:1:27: universign.api.url: must not hold a user, a password, a query or a fragment"}},
        {sections,
         "universign: { api: { url: 'https://api.universign.com/?a=b' } }",
         {"c.yaml:1:27: universign.api.url: must not hold a user, a password, a query or a fragment"}},
        {sections,
         "universign: { api: { key: \"a\\nb\" } }",
         {"c.yaml:1:27: universign.api.key: may hold only printable ASCII without blanks"}},
        {sections,
         "universign: { api: { key: '' } }",
         {"c.yaml:1:27: universign.api.key: must not be empty"}},
    });
}
