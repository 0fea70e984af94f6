#include <webhookd/config/settings.hpp>

#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using test::config_world;

namespace {

const std::string key(32, 'k');

const std::string sound =
    "handlers: { a: { type: log }, b: { type: forward, url: \"https://b.example/\" } }\n"
    "routes: [{ name: r, match: '*', handlers: [a, b] }]\n";

std::string fingerprint_of(const std::string& yaml, const config_world& world = {}) {
    const auto loaded = test::load_sections(yaml, world);
    INFO(Catch::StringMaker<std::vector<std::string>>::convert(test::config_lines(loaded)));
    REQUIRE(loaded.value);
    return config::fingerprint(loaded.settings, key);
}

/// A handler that signs with a secret, however that is written.
std::string signing(const std::string& secret) {
    return "handlers: { b: { type: forward, url: \"https://b.example/\", sign: { secret: \"" + secret +
           "\" } } }\nroutes: [{ name: r, match: '*', handlers: [b] }]\n";
}

} // namespace

TEST_CASE("what may differ between instances is not in the fingerprint", "[config]") {
    const auto plain = fingerprint_of(sound);
    CHECK(plain.size() == 16);
    CHECK(plain.find_first_not_of("0123456789abcdef") == plain.npos);
    for (const std::string own : {"server: { instance: alpha, listen: [\"127.0.0.1:9999\"], threads: 3 }\n",
                                  "admin: { listen: \"127.0.0.1:9998\" }\n", "log: { level: debug }\n",
                                  "queue: { max_in_memory: 100 }\n", "storage: { pool: 5 }\n"}) {
        INFO(own);
        CHECK(fingerprint_of(own + sound) == plain);
    }
    // The order of handlers in a file, and how a value is written, say nothing.
    CHECK(fingerprint_of("handlers: { b: { url: \"https://b.example/\", type: forward }, a: { type: log } }\n"
                         "routes: [{ handlers: [a, b], name: r, match: \"*\" }]\n") == plain);
}

TEST_CASE("what must be the same on all instances is in the fingerprint", "[config]") {
    const auto plain = fingerprint_of(sound);
    for (const std::string other : {"storage: { retention: { events: 100d } }\n",
                                    "queue: { max_pending: 10 }\n", "admin: { console: false }\n"}) {
        INFO(other);
        CHECK(fingerprint_of(other + sound) != plain);
    }
    CHECK(fingerprint_of("handlers: { a: { type: log }, b: { type: forward, url: \"https://c.example/\" } }\n"
                         "routes: [{ name: r, match: '*', handlers: [a, b] }]\n") != plain);
    CHECK(fingerprint_of("handlers: { a: { type: log }, b: { type: forward, url: \"https://b.example/\" } }\n"
                         "routes: [{ name: r, match: '*', handlers: [b, a] }]\n") != plain);
}

TEST_CASE("secrets count in the fingerprint by what they are and however they are written", "[config]") {
    const std::string first = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    const std::string second = "whsec_MTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    const auto written = fingerprint_of(signing(first));
    CHECK(fingerprint_of(signing(second)) != written);
    config_world world;
    world.environment["SECRET"] = first;
    CHECK(fingerprint_of(signing("${env:SECRET}"), world) == written);
    world.environment["SECRET"] = second;
    CHECK(fingerprint_of(signing("${env:SECRET}"), world) != written);
    const auto loaded = test::load_sections(signing(first));
    CHECK(config::fingerprint(loaded.settings, std::string(32, 'x')) != written);
}
