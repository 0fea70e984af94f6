#include "cli/verify.hpp"

#include <webhookd/exit_code.hpp>
#include <webhookd/outbound/http_client.hpp>
#include <webhookd/signature/explain.hpp>
#include <webhookd/signature/proof.hpp>
#include <webhookd/signature/verifier.hpp>
#include <webhookd/text/json_writer.hpp>
#include <webhookd/text/printable.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace webhookd::cli {
namespace {

constexpr std::size_t largest_key_set = 1024 * 1024;

bool is_url(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

int complain(const console& io, const std::string& about, const failure& why) {
    io.err << "universign-webhookd verify: " << about << ": " << to_string(why) << '\n';
    return exit_code::of(why.code);
}

/// The value itself, or the file that `@` points at, without its final line break.
result<std::string> read_signature(const std::string& argument, const console& io) {
    if (!argument.starts_with('@')) return argument;
    auto text = read_input(argument.substr(1), io.in, 64 * 1024);
    while (text && (text->ends_with('\n') || text->ends_with('\r')))
        text->pop_back();
    return text;
}

/// A kid out of a header nobody vouches for, fit for a terminal.
std::string shown(std::string_view kid) {
    return text::printable(kid.substr(0, 256));
}

void print_explanation(const signature::explanation& told, const verify_options& options, std::ostream& out) {
    if (options.json) {
        text::json_writer line;
        line.begin_object();
        line.flag("valid", told.valid);
        line.text("kid", shown(told.kid));
        line.text("verdict", told.verdict);
        if (options.explain) line.texts("findings", told.findings);
        line.end_object();
        out << line.view() << '\n';
        return;
    }
    out << told.verdict << '\n';
    if (!told.valid && !told.kid.empty()) out << "kid: " << shown(told.kid) << '\n';
    if (!told.valid && !options.explain) out << "Give --explain to look for the likely mistake.\n";
    if (!options.explain) return;
    for (const auto& finding : told.findings)
        out << "- " << finding << '\n';
}

/// The same answer as explain(), without the search for mistakes.
signature::explanation check(const signature::key_set& keys, std::string_view value, std::string_view body) {
    signature::explanation told;
    const auto no = [&](const failure& why) {
        told.verdict = "The signature does not hold (" + to_string(why) + ").";
        return told;
    };
    const auto jws = signature::parse_detached_jws(value);
    if (!jws) return no(jws.error());
    told.kid = jws->kid;
    const auto key = keys.find(jws->kid);
    if (!key) return no({errc::key_unknown});
    if (const auto held = signature::verifier{}.verify(*jws, body, key); !held) return no(held.error());
    told.valid = true;
    told.verdict = "The signature holds: the key " + shown(jws->kid) + " made it over these " +
                   std::to_string(body.size()) + " bytes.";
    return told;
}

/// What the daemon states, which no signature covers.
void print_statement(const signature::proof_statement& s, std::ostream& out) {
    const auto line = [&](const char* title, const std::string& value) {
        if (!value.empty()) out << title << text::printable(value) << '\n';
    };
    out << "The daemon that made this proof states:\n";
    line("  event       ", s.event_id + " (" + s.type + ")");
    line("  received    ", to_rfc3339(s.received) + " by the endpoint " + s.endpoint +
                               (s.source.empty() ? "" : " from " + s.source));
    line("  key         ", s.key_id);
    line("  key from    ", s.key_source);
    if (s.key_fetched) line("  fetched     ", to_rfc3339(*s.key_fetched));
    if (s.key_confirmed) line("  seen there  ", to_rfc3339(*s.key_confirmed));
}

/// Offline, with the proof's own key; where a key set is given, with that.
int verify_proof(const verify_options& options, const console& io) {
    const auto archive = read_input(options.proof, io.in, signature::largest_proof);
    if (!archive) return complain(io, "--proof", archive.error());
    const auto proof = signature::read_proof(*archive);
    if (!proof) {
        io.err << "universign-webhookd verify: --proof: this is no proof as `events proof` makes it: "
               << proof.error().detail << '\n';
        return exit_code::data_error;
    }
    const result<std::string> keys =
        options.jwks.empty() ? "{\"keys\":[" + proof->jwk + "]}" : fetch_key_set(options.jwks, io);
    if (!keys) return complain(io, "--jwks", keys.error());
    const int code = verify_with(*keys, proof->signature, proof->body, options, io);
    if (code != exit_code::ok || options.json) return code;
    print_statement(proof->statement, io.out);
    if (options.jwks.empty()) io.out << "Give --jwks to check it with the keys that Universign publishes.\n";
    return code;
}

} // namespace

result<std::string> fetch_key_set(const std::string& where, const console& io) {
    if (!is_url(where)) return read_input(where, io.in, largest_key_set);
    outbound::http_request request;
    request.url = where;
    request.headers = {"Accept: application/jwk-set+json, application/json"};
    request.follow_same_host = true;
    request.max_response = largest_key_set;
    auto answer = outbound::http_client{}.perform(request);
    if (!answer) return answer.error();
    if (answer->status != 200) return failure{errc::http_status, "HTTP " + std::to_string(answer->status)};
    return std::move(answer->body);
}

int verify_with(std::string_view key_set, std::string_view value, std::string_view body,
                const verify_options& options, const console& io) {
    const auto keys = signature::key_set::parse(key_set);
    if (!keys) return complain(io, "--jwks", keys.error());
    for (const auto& line : keys->skipped())
        io.err << "note: left out of the key set: " << line << '\n';
    const auto told =
        options.explain ? signature::explain(*keys, value, body, options.jwks) : check(*keys, value, body);
    print_explanation(told, options, io.out);
    return told.valid ? exit_code::ok : exit_code::data_error;
}

int run_verify(const verify_options& options, const console& io) {
    if (!options.proof.empty()) return verify_proof(options, io);
    if (options.jwks.empty() || options.signature.empty() || options.body.empty()) {
        io.err << "universign-webhookd verify: give --proof, or --jwks, --signature and --body\n";
        return exit_code::usage;
    }
    const int from_stdin = (options.body == "-") + (options.signature == "@-") + (options.jwks == "-");
    if (from_stdin > 1) {
        io.err << "universign-webhookd verify: only one of --jwks, --signature and --body can be standard "
                  "input\n";
        return exit_code::usage;
    }
    const auto value = read_signature(options.signature, io);
    if (!value) return complain(io, "--signature", value.error());
    const auto body = read_input(options.body, io.in);
    if (!body) return complain(io, "--body", body.error());
    const auto keys = fetch_key_set(options.jwks, io);
    if (!keys) return complain(io, "--jwks", keys.error());
    return verify_with(*keys, *value, *body, options, io);
}

void add_verify_command(CLI::App& app, int& exit_code) {
    auto* verify = app.add_subcommand("verify", "Say whether a signature holds, and if not, why");
    const auto options = std::make_shared<verify_options>();
    verify->add_option("--jwks", options->jwks, "The key set: a file or a URL")->type_name("FILE|URL");
    auto* value =
        verify->add_option("--signature", options->signature, "The value of x-jws-signature, or @FILE")
            ->type_name("VALUE|@FILE");
    auto* body =
        verify
            ->add_option("--body", options->body, "File with the raw body as received; - for standard input")
            ->type_name("FILE");
    verify
        ->add_option("--proof", options->proof,
                     "A file of `events proof`, with its own key unless --jwks is given")
        ->type_name("FILE")
        ->excludes(value, body);
    verify->add_flag("--explain", options->explain, "Name the likely mistake");
    verify->add_flag("--json", options->json, "Print one JSON object");
    verify->callback([options, &exit_code] { exit_code = run_verify(*options, console::standard()); });
}

} // namespace webhookd::cli
