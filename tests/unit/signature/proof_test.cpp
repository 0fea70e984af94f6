#include <webhookd/event/envelope.hpp>
#include <webhookd/event/sample.hpp>
#include <webhookd/files/zip.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/proof.hpp>
#include <webhookd/signature/signer.hpp>

#include "support/daemon.hpp"
#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

using namespace webhookd;
using signature::proof;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::March / 2 / 2026) + std::chrono::hours(12);

proof sample_proof() {
    const auto& key = test::shared_key();
    proof p;
    p.body = event::make_sample("transaction.lifecycle.completed", {.seed = 3, .started = noon}).value();
    p.signature = key.sign(p.body);
    p.jwk = signature::key_set::parse(key.jwks())->find(key.kid())->jwk();
    const auto e = event::parse_envelope(p.body).value();
    p.statement = {.event_id = e.id,
                   .type = e.type,
                   .endpoint = "production",
                   .transaction_id = e.transaction_id,
                   .created = e.created,
                   .received = noon,
                   .source = "192.0.2.1",
                   .key_id = key.kid(),
                   .key_source = "https://keys.example/jwks.json",
                   .key_fetched = noon - std::chrono::hours(2),
                   .key_confirmed = noon - std::chrono::minutes(3)};
    return p;
}

using archive_files = std::vector<files::archived_file>;

/// Why a proof with these changes is none.
std::string why_not(const std::function<void(archive_files&)>& change) {
    auto all = files::read_zip(signature::write_proof(sample_proof()).value()).value();
    change(all);
    const auto read = signature::read_proof(files::write_zip(all, noon).value());
    return read ? "it was read" : read.error().detail;
}

std::string& content(archive_files& all, std::string_view name) {
    return std::ranges::find(all, name, &files::archived_file::name)->content;
}

void replace(std::string& text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("a proof that was written reads the same", "[proof]") {
    const auto written = sample_proof();
    const auto read = signature::read_proof(signature::write_proof(written).value()).value();
    CHECK(read.body == written.body);
    CHECK(read.signature == written.signature);
    CHECK(read.jwk == written.jwk);
    CHECK(read.statement.event_id == written.statement.event_id);
    CHECK(read.statement.transaction_id == written.statement.transaction_id);
    CHECK(read.statement.created == written.statement.created);
    CHECK(read.statement.received == written.statement.received);
    CHECK(read.statement.source == written.statement.source);
    CHECK(read.statement.key_source == written.statement.key_source);
    CHECK(read.statement.key_fetched == written.statement.key_fetched);
    CHECK(read.statement.key_confirmed == written.statement.key_confirmed);
}

TEST_CASE("a proof without what need not be known reads the same", "[proof]") {
    auto written = sample_proof();
    written.statement.transaction_id = written.statement.source = written.statement.key_source = "";
    written.statement.created = written.statement.key_fetched = written.statement.key_confirmed =
        std::nullopt;
    const auto read = signature::read_proof(signature::write_proof(written).value()).value();
    CHECK(read.statement.source.empty());
    CHECK(!read.statement.created);
    CHECK(!read.statement.key_fetched);
    CHECK(!read.statement.key_confirmed);
}

TEST_CASE("a proof whose files do not belong together is none", "[proof]") {
    CHECK(why_not([](auto&) {}) == "it was read");
    CHECK(why_not([](auto& all) { all.pop_back(); }) == "it has no proof.json");
    CHECK(why_not([](auto& all) { all.push_back({"more.txt", ""}); }) == "it has a file that no proof has");
    CHECK(why_not([](auto& all) { content(all, "body.json") += ' '; }) ==
          "body.json is not the body that proof.json states");
    CHECK(why_not([](auto& all) { content(all, "proof.json") = "[]"; }) == "proof.json is no JSON object");
    CHECK(why_not([](auto& all) { content(all, "proof.json") = "{}"; }) == "proof.json states too little");
    CHECK(why_not([](auto& all) { replace(content(all, "proof.json"), "PS256", "none"); }) ==
          "proof.json states too little");
    CHECK(why_not([](auto& all) { replace(content(all, "proof.json"), "\"type\":\"t", "\"type\":\"T"); }) ==
          "body.json is not the event that proof.json states");
    CHECK(why_not([](auto& all) {
              replace(content(all, "proof.json"), "\"key_id\":\"scd_", "\"key_id\":\"scd-");
          }) == "the key is not the one that proof.json states");
    CHECK(why_not([](auto& all) { content(all, "key.pem") += '\n'; }) ==
          "key.pem is another key than jwks.json");
    CHECK(
        why_not([](auto& all) { content(all, "jwks.json") = R"({"keys":[]})"; }).starts_with("jwks.json: "));
    CHECK(signature::read_proof("PK").error().code == errc::argument_invalid);
    CHECK(signature::read_proof(std::string(signature::largest_proof + 1, 'P')).error().detail ==
          "it is larger than any proof");
}

TEST_CASE("the largest body has a proof, and a larger one none", "[proof]") {
    auto p = sample_proof();
    p.body.insert(1, 64 * 1024 * 1024 - p.body.size(), ' ');
    CHECK(signature::write_proof(p).has_value());
    p.body.insert(1, 2 * 1024 * 1024, ' ');
    CHECK(!signature::write_proof(p).has_value());
}
