#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const key_text> key_named(const std::string& kid, const std::string& n) {
    return std::make_shared<const key_text>(
        key_text{kid, R"({"e":"AQAB","kid":")" + kid + R"(","kty":"RSA","n":")" + n + "\"}"});
}

/// The same key as each fetch of the key set makes it anew.
std::shared_ptr<const key_text> fetched(const key_text& key, const std::string& source, timestamp at) {
    return std::make_shared<const key_text>(key_text{key.kid, key.jwk, key_origin{source, at}});
}

const timestamp arrival = make_event("evt").received;

} // namespace

TEST_CASE("the key that verified an event can be had later, also after it was replaced under its name",
          "[store][keys]") {
    const auto first = key_named("scd_1", "AAAA");
    const auto second = key_named("scd_1", "BBBB");
    contract_fixture f;
    std::vector<event_offset> kept;
    for (const auto& key : {first, second, first}) {
        auto e = make_event("evt_" + std::to_string(kept.size()));
        e.key = key;
        kept.push_back(f.keep(e).offset);
    }
    for (const bool reopened : {false, true}) {
        INFO((reopened ? "after a reopen" : "at first"));
        if (reopened) f.reopen();
        CHECK(f.kept->verification_key(kept[0]).value().jwk == first->jwk);
        CHECK(f.kept->verification_key(kept[1]).value().jwk == second->jwk);
        CHECK(f.kept->verification_key(kept[2]).value().jwk == first->jwk);
        CHECK(f.find("evt_1").key_id == "scd_1");
    }
}

TEST_CASE("a duplicate does not change which key verified the event", "[store][keys]") {
    contract_fixture f;
    auto e = make_event("evt_1");
    e.key = key_named("scd_1", "AAAA");
    const auto offset = f.keep(e).offset;
    e.key = key_named("scd_2", "BBBB");
    CHECK(f.keep(e).status == append_status::duplicate);
    CHECK(f.kept->verification_key(offset).value().jwk == key_named("scd_1", "AAAA")->jwk);
    CHECK(f.find("evt_1").key_id == "scd_1");
}

TEST_CASE("no key is told where none verified the event, nor once its payload is gone", "[store][keys]") {
    contract_fixture f;
    const auto unchecked = f.keep(make_event("evt_1")).offset;
    CHECK(f.kept->verification_key(unchecked).value().jwk.empty());
    CHECK(f.find("evt_1").key_id.empty());

    auto e = make_event("evt_2");
    e.key = key_named("scd_1", "AAAA");
    const auto purged = f.keep(e).offset;
    e.envelope.id = "evt_3";
    const auto erased = f.keep(e).offset;
    REQUIRE(f.kept->purge({&purged, 1}, purge_scope::payload, 1024)->purged == 1);
    CHECK(f.kept->verification_key(purged).value().jwk.empty());
    CHECK(f.erase({erased}).bodies == 1);
    CHECK(f.kept->verification_key(erased).value().jwk.empty());

    CHECK(f.kept->verification_key(erased + 1).error().code == errc::store_not_found);
}

TEST_CASE("where a key first came from is told later also after it was replaced and the store was reopened",
          "[store][keys]") {
    const auto key = key_named("scd_1", "AAAA");
    const auto next = key_named("scd_1", "BBBB");
    const key_origin first{"https://keys.example/a.json", arrival - 2h};
    contract_fixture f;
    const auto keep = [&](const std::string& id, std::shared_ptr<const key_text> by) {
        auto e = make_event(id);
        e.key = std::move(by);
        return f.keep(e).offset;
    };
    const auto one = keep("evt_1", fetched(*key, first.source, first.fetched));
    const auto again = keep("evt_2", fetched(*key, "https://keys.example/b.json", arrival - 1h));
    const auto rotated = keep("evt_3", fetched(*next, "/etc/keys.json", arrival - 1s));
    for (const bool reopened : {false, true}) {
        INFO((reopened ? "after a reopen" : "at first"));
        if (reopened) {
            f.reopen();
            // A later fetch of the next process changes nothing either.
            keep("evt_4", fetched(*key, "https://keys.example/c.json", arrival));
        }
        CHECK(f.kept->verification_key(one).value().origin == first);
        CHECK(f.kept->verification_key(again).value().origin == first);
        CHECK(f.kept->verification_key(rotated).value().origin == key_origin{"/etc/keys.json", arrival - 1s});
    }
}

TEST_CASE("each endpoint has its own origin of a key", "[store][keys]") {
    const auto key = key_named("scd_1", "AAAA");
    contract_fixture f;
    std::vector<new_event> batch;
    for (const char* endpoint : {"production", "subsidiary"}) {
        batch.push_back(make_event("evt_1"));
        batch.back().endpoint = endpoint;
        batch.back().key = fetched(*key, std::string{"/etc/"} + endpoint + ".json", arrival - 1h);
    }
    const auto kept = f.kept->append(batch).value();
    CHECK(f.kept->verification_key(kept[0].offset).value().origin->source == "/etc/production.json");
    CHECK(f.kept->verification_key(kept[1].offset).value().origin->source == "/etc/subsidiary.json");
}

TEST_CASE("an event that was received before the origin of its key was kept has none", "[store][keys]") {
    const auto key = key_named("scd_1", "AAAA");
    contract_fixture f;
    auto e = make_event("evt_1");
    e.key = key; // as of a version that did not keep it, or from a key set of such a version
    const auto before = f.keep(e).offset;
    e.envelope.id = "evt_2";
    e.received = arrival + 2h;
    e.key = fetched(*key, "/etc/keys.json", arrival + 1h);
    const auto after = f.keep(e).offset;
    CHECK_FALSE(f.kept->verification_key(before).value().origin.has_value());
    CHECK(f.kept->verification_key(before).value().jwk == key->jwk);
    CHECK(f.kept->verification_key(after).value().origin == key_origin{"/etc/keys.json", arrival + 1h});
}
