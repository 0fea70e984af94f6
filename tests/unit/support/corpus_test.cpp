#include <webhookd/event/envelope.hpp>
#include <webhookd/signature/verifier.hpp>

#include "support/corpus.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>

using namespace webhookd;
using namespace webhookd::test;

namespace {

corpus small_corpus() {
    return {2048,
            R"({"keys":[]})",
            {{"evt_1", "a..b", "{\"id\":1}"}, {"evt_2", "c..d", std::string("\0\xff", 2)}, {"", "", ""}}};
}

} // namespace

TEST_CASE("a corpus reads back as it was written", "[support][corpus]") {
    const auto back = decode_corpus(encode_corpus(small_corpus()));
    REQUIRE(back.has_value());
    CHECK(back->bits == 2048);
    CHECK(back->jwks == small_corpus().jwks);
    CHECK(back->events == small_corpus().events);
}

TEST_CASE("a corpus file cut off or changed anywhere is refused", "[support][corpus]") {
    const auto whole = encode_corpus(small_corpus());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CAPTURE(i);
        CHECK(decode_corpus(whole.substr(0, i)).has_error());
        auto changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ 0x40);
        CHECK(decode_corpus(changed).has_error());
    }
    CHECK(decode_corpus(whole + "x").has_error());
}

TEST_CASE("a made corpus holds distinct events that its own key set verifies", "[support][corpus]") {
    const auto made = make_corpus(40, 2048);
    REQUIRE(made.has_value());
    REQUIRE(made->events.size() == 40);
    const auto keys = signature::key_set::parse(made->jwks);
    REQUIRE(keys.has_value());
    signature::verifier verifier;
    std::set<std::string> ids, types;
    for (const auto& event : made->events) {
        ids.insert(event.id);
        const auto jws = signature::parse_detached_jws(event.signature);
        REQUIRE(jws.has_value());
        CHECK(verifier.verify(*jws, event.body, keys->find(jws->kid)).has_value());
        const auto envelope = event::parse_envelope(event.body);
        REQUIRE(envelope.has_value());
        CHECK(envelope->id == event.id);
        types.insert(envelope->type);
    }
    CHECK(ids.size() == 40);
    CHECK(types.size() >= 8);
}

TEST_CASE("a cached corpus is made once, and again when its file is damaged", "[support][corpus]") {
    const temp_directory directory;
    const auto first = cached_corpus(directory.path(), 3, 2048);
    REQUIRE(first.has_value());
    const auto second = cached_corpus(directory.path(), 3, 2048);
    REQUIRE(second.has_value());
    CHECK(second->jwks == first->jwks); // the same key: it was read

    for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
        std::ofstream(file.path(), std::ios::app) << "x";
    }
    const auto third = cached_corpus(directory.path(), 3, 2048);
    REQUIRE(third.has_value());
    CHECK(third->jwks != first->jwks);
}

TEST_CASE("a request carries the body and its signature as one HTTP message", "[support][corpus]") {
    const auto requests = to_requests(small_corpus(), "/hooks");
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].starts_with("POST /hooks HTTP/1.1\r\n"));
    CHECK(requests[0].find("\r\nx-jws-signature: a..b\r\n") != std::string::npos);
    CHECK(requests[0].ends_with("\r\nContent-Length: 8\r\n\r\n{\"id\":1}"));
}
