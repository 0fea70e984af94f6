#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

namespace {

std::shared_ptr<const key_text> key_named(const std::string& kid, const std::string& n) {
    return std::make_shared<const key_text>(
        key_text{kid, R"({"e":"AQAB","kid":")" + kid + R"(","kty":"RSA","n":")" + n + "\"}"});
}

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
        CHECK(f.kept->verification_key(kept[0]).value() == first->jwk);
        CHECK(f.kept->verification_key(kept[1]).value() == second->jwk);
        CHECK(f.kept->verification_key(kept[2]).value() == first->jwk);
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
    CHECK(f.kept->verification_key(offset).value() == key_named("scd_1", "AAAA")->jwk);
    CHECK(f.find("evt_1").key_id == "scd_1");
}

TEST_CASE("no key is told where none verified the event, nor once its payload is gone", "[store][keys]") {
    contract_fixture f;
    const auto unchecked = f.keep(make_event("evt_1")).offset;
    CHECK(f.kept->verification_key(unchecked).value().empty());
    CHECK(f.find("evt_1").key_id.empty());

    auto e = make_event("evt_2");
    e.key = key_named("scd_1", "AAAA");
    const auto purged = f.keep(e).offset;
    e.envelope.id = "evt_3";
    const auto erased = f.keep(e).offset;
    REQUIRE(f.kept->purge({&purged, 1}, purge_scope::payload, 1024)->purged == 1);
    CHECK(f.kept->verification_key(purged).value().empty());
    CHECK(f.erase({erased}).bodies == 1);
    CHECK(f.kept->verification_key(erased).value().empty());

    CHECK(f.kept->verification_key(erased + 1).error().code == errc::store_not_found);
}
