#include <webhookd/event/envelope.hpp>
#include <webhookd/files/zip.hpp>
#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/proof.hpp>
#include <webhookd/text/json_writer.hpp>
#include <webhookd/text/sha256.hpp>

#include "signature/json.hpp"
#include "signature/proof_readme.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace webhookd::signature {
namespace {

constexpr std::size_t largest_statement = 64 * 1024;
constexpr std::array<std::string_view, 6> file_names{"README.txt", "body.json", "signature.txt",
                                                     "jwks.json",  "key.pem",   "proof.json"};
/// Where each of them is in that list.
namespace index {
constexpr std::size_t readme = 0, body = 1, signature = 2, jwks = 3, pem = 4, statement = 5;
}

failure not_a_proof(std::string why) {
    return {errc::argument_invalid, std::move(why)};
}

void put_instant(text::json_writer& out, std::string_view name, const std::optional<timestamp>& at) {
    if (at)
        out.text(name, to_rfc3339(*at));
    else
        out.null(name);
}

std::string write_statement(const proof& p) {
    const auto& s = p.statement;
    text::json_writer out;
    out.begin_object();
    out.text("object", "proof");
    out.text("event", s.event_id);
    out.text("type", s.type);
    out.text("endpoint", s.endpoint);
    out.maybe_text("transaction_id", s.transaction_id);
    put_instant(out, "created", s.created);
    put_instant(out, "received", s.received);
    put_instant(out, "verified_at", s.received);
    out.maybe_text("source", s.source);
    out.text("algorithm", "PS256");
    out.text("key_id", s.key_id);
    out.maybe_text("key_source", s.key_source);
    put_instant(out, "key_fetched", s.key_fetched);
    put_instant(out, "key_confirmed", s.key_confirmed);
    out.number("body_bytes", static_cast<std::int64_t>(p.body.size()));
    out.text("body_sha256", text::sha256_hex(p.body));
    out.text("stated_by", "universign-webhookd " WEBHOOKD_VERSION);
    out.end_object();
    return std::string(out.view()) + '\n';
}

result<std::shared_ptr<const public_key>> only_key(std::string_view set) {
    const auto keys = key_set::parse(set);
    if (!keys) return keys.error();
    if (keys->size() != 1 || !keys->skipped().empty()) return not_a_proof("jwks.json has not one key alone");
    return keys->find(keys->kids().front());
}

/// The files in the order of their names above.
result<std::vector<std::string>> unpack(std::string_view archive) {
    auto files = files::read_zip(archive);
    if (!files) return files.error();
    std::vector<std::string> found;
    for (const auto name : file_names) {
        const auto at = std::ranges::find(*files, name, &files::archived_file::name);
        if (at == files->end()) return not_a_proof("it has no " + std::string(name));
        found.push_back(std::move(at->content));
    }
    if (files->size() != file_names.size()) return not_a_proof("it has a file that no proof has");
    return found;
}

/// The members of a statement.
class statement_reader {
public:
    explicit statement_reader(const rapidjson::Value& object)
        : object_(object) {}

    std::string text(const char* name) {
        const auto value = json::text_member(object_, name);
        complete_ = complete_ && value;
        return std::string(value.value_or(""));
    }
    [[nodiscard]] std::string text_or_null(const char* name) const {
        return std::string(json::text_member(object_, name).value_or(""));
    }
    [[nodiscard]] std::optional<timestamp> instant(const char* name) const {
        const auto value = json::text_member(object_, name);
        return value ? parse_rfc3339(*value) : std::nullopt;
    }
    std::int64_t number(const char* name) {
        const auto found = object_.FindMember(name);
        const bool is_number = found != object_.MemberEnd() && found->value.IsInt64();
        complete_ = complete_ && is_number;
        return is_number ? found->value.GetInt64() : -1;
    }
    [[nodiscard]] bool complete() const { return complete_; }

private:
    const rapidjson::Value& object_;
    bool complete_ = true;
};

/// The statement, if it is about this body and this key.
result<proof_statement> read_statement(std::string_view text, std::string_view event, std::string_view kid) {
    const auto parsed = json::parse(text, largest_statement);
    if (!parsed || !parsed->IsObject()) return not_a_proof("proof.json is no JSON object");
    statement_reader in(*parsed);
    proof_statement s;
    const bool is_proof = in.text("object") == "proof" && in.text("algorithm") == "PS256";
    s.event_id = in.text("event");
    s.type = in.text("type");
    s.endpoint = in.text("endpoint");
    s.transaction_id = in.text_or_null("transaction_id");
    s.created = in.instant("created");
    const auto received = in.instant("received");
    s.source = in.text_or_null("source");
    s.key_id = in.text("key_id");
    s.key_source = in.text_or_null("key_source");
    s.key_fetched = in.instant("key_fetched");
    s.key_confirmed = in.instant("key_confirmed");
    const auto bytes = in.number("body_bytes");
    const auto digest = in.text("body_sha256");
    if (!is_proof || !in.complete() || !received) return not_a_proof("proof.json states too little");
    s.received = *received;
    if (bytes != static_cast<std::int64_t>(event.size()) || digest != text::sha256_hex(event))
        return not_a_proof("body.json is not the body that proof.json states");
    if (s.key_id != kid) return not_a_proof("the key is not the one that proof.json states");
    const auto envelope = event::parse_envelope(event);
    if (!envelope || envelope->id != s.event_id || envelope->type != s.type)
        return not_a_proof("body.json is not the event that proof.json states");
    return s;
}

} // namespace

result<std::string> write_proof(proof p) {
    const auto set = "{\"keys\":[" + p.jwk + "]}";
    const auto key = only_key(set);
    if (!key) return key.error();
    std::array<files::archived_file, file_names.size()> files;
    for (std::size_t i = 0; i < files.size(); ++i)
        files[i].name = file_names[i];
    files[index::readme].content = proof_readme;
    files[index::signature].content = p.signature + '\n';
    files[index::jwks].content = set + '\n';
    files[index::pem].content = (*key)->pem();
    files[index::statement].content = write_statement(p);
    files[index::body].content = std::move(p.body); // it may be large
    auto archive = files::write_zip(files, p.statement.received);
    if (archive && archive->size() > largest_proof)
        return not_a_proof("it would be larger than any proof may be");
    return archive;
}

result<proof> read_proof(std::string_view archive) {
    if (archive.size() > largest_proof) return not_a_proof("it is larger than any proof");
    auto files = unpack(archive);
    if (!files) return files.error();
    const auto key = only_key((*files)[index::jwks]);
    if (!key) return not_a_proof("jwks.json: " + key.error().detail);
    if ((*files)[index::pem] != (*key)->pem()) return not_a_proof("key.pem is another key than jwks.json");
    auto stated = read_statement((*files)[index::statement], (*files)[index::body], (*key)->kid());
    if (!stated) return stated.error();
    auto& value = (*files)[index::signature];
    while (value.ends_with('\n'))
        value.pop_back();
    return proof{std::move(*stated), std::move((*files)[index::body]), std::move(value), (*key)->jwk()};
}

} // namespace webhookd::signature
