#include <webhookd/event/event_type.hpp>
#include <webhookd/event/sample.hpp>
#include <webhookd/files/zip.hpp>
#include <webhookd/signature/proof.hpp>
#include <webhookd/signature/signer.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

using namespace webhookd;

namespace {

namespace fs = std::filesystem;

class corpus {
public:
    explicit corpus(const fs::path& folder)
        : folder_(folder) {
        fs::create_directories(folder);
    }

    void add(std::string_view bytes) {
        std::ofstream out(folder_ / ("seed-" + std::to_string(count_++)), std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

private:
    fs::path folder_;
    int count_ = 0;
};

void add_envelopes(corpus c) {
    const timestamp started{std::chrono::seconds{1'700'000'000}};
    for (const auto& type : event::catalogue())
        for (const std::uint64_t seed : {1u, 2u})
            c.add(event::make_sample(type.name, {seed, started}).value());
    c.add(
        R"({"id":"evt_1","type":"t","createdAt":"2023-11-14T22:13:20+0100","traceId":"t","userId":"u","apiKeyId":"k",
              "payload":{"transaction":{"id":"tx_1"},"object":{"actionId":"act_1","stalledReason":"r","n":[1e308,-0.5,null]}}})");
    c.add(R"({"id":"\u0065vt","type":"\ud83d\ude42\ud83d\\","created_at":1700000000123.5})");
}

void add_patterns(corpus c) {
    for (const auto* text :
         {"transaction.*\ntransaction.lifecycle.completed",
          "action.*reminder.?ent\naction.manualreminder.sent",
          "!*.lifecycle.*\nregistration.lifecycle.expired", "a*b*c.*d\naXbXc.dd",
          "2016-12-31T23:59:60.5+00:00", "2023-11-14T22:13:20,5-0330", "/payload/object/a~1b/0"})
        c.add(text);
}

void add_conditions(corpus c) {
    const auto body = "\n" + event::make_sample("transaction.lifecycle.completed",
                                                {1, timestamp{std::chrono::seconds{1'700'000'000}}})
                                 .value();
    for (const std::string text :
         {"/payload/object/participants/*/full_name_type\nprerequisite", "/payload/object/state\n^comp.*d$",
          "/payload/object/documents/*/fields/*/type\n(a|b)*\\pL{2,3}", "/*/a~1b/0\n12"})
        c.add(text + body);
    c.add("/a/*/*\nx\n{\"a\":[[1,2.5,\"x\"],[null,true],{\"*\":[]}]}");
}

void add_signatures(corpus c) {
    // {"alg":"PS256", "kid":"scd_0"} and others that differ in one thing.
    for (const auto* text :
         {"eyJhbGciOiJQUzI1NiIsICJraWQiOiJzY2RfMCJ9..c2lnbmF0dXJl",
          "eyJhbGciOiJSUzI1NiIsImtpZCI6InNjZF8wIn0..c2ln",
          "eyJhbGciOiJQUzI1NiIsImtpZCI6InNjZF8wIiwiYjY0IjpmYWxzZX0..c2ln", "e30..", "a.b.c"})
        c.add(text);
}

void add_key_sets(corpus c) {
    const std::string modulus(342, 'q'); // 2048 bits in base64url, of no use as a key but of the right shape
    c.add(R"({"keys":[{"kty":"RSA","kid":"scd_0","use":"sig","alg":"PS256","e":"AQAB","n":")" + modulus +
          "\"}]}");
    c.add(R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"k"},{"kty":"RSA"},7]})");
    c.add(R"({"keys":[]})");
}

void add_proofs(corpus c) {
    const timestamp received{std::chrono::seconds{1'700'000'000}};
    const auto key = signature::signer::generate(2048).value();
    const auto set = key.jwks(); // {"keys":[ and the key and ]}
    signature::proof p;
    p.body = event::make_sample("action.opened", {1, received}).value();
    p.signature = key.sign(p.body);
    p.jwk = set.substr(9, set.size() - 11);
    p.statement = {.event_id = "evt_1",
                   .type = "action.opened",
                   .endpoint = "production",
                   .transaction_id = "tx_1",
                   .created = received,
                   .received = received,
                   .source = "192.0.2.1",
                   .key_id = key.kid(),
                   .key_source = "https://example.com/jwks.json",
                   .key_fetched = received,
                   .key_confirmed = received};
    c.add(signature::write_proof(p).value());
    const files::archived_file one{"a", "b"};
    c.add(files::write_zip({&one, 1}, received).value());
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
        return 64;
    }
    const fs::path folder = argv[1];
    add_envelopes(corpus(folder / "envelope"));
    add_patterns(corpus(folder / "pattern"));
    add_conditions(corpus(folder / "condition"));
    add_signatures(corpus(folder / "detached_jws"));
    add_key_sets(corpus(folder / "key_set"));
    add_proofs(corpus(folder / "proof"));
}
