#include <webhookd/event/json_text.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/verify.hpp"

#include <iostream>
#include <memory>

namespace webhookd::cli {
namespace {

struct show_options {
    admin_options admin;
    std::string id;
    std::string endpoint;
    std::string jwks;
    bool json = false;
    bool raw = false;
    bool verify = false;
};

const rapidjson::Value& member(const rapidjson::Value& object, const char* name) {
    static const rapidjson::Value nothing;
    if (!object.IsObject()) return nothing;
    const auto found = object.FindMember(name);
    return found == object.MemberEnd() ? nothing : found->value;
}

std::string to_json(const rapidjson::Value& value) {
    return event::write_json(value);
}

void print_detail(const rapidjson::Document& e) {
    print_fields(e, {"id",
                     "type",
                     "created",
                     "received",
                     "endpoint",
                     {"transaction_id", "transaction"},
                     {"object_id", "object"},
                     "state",
                     {"stalled_reason", "stalled"},
                     "api_key",
                     {"user_id", "user"},
                     {"trace_id", "trace"},
                     "source"});
    const auto& purged = member(e, "payload_purged");
    const bool gone = purged.IsBool() && purged.GetBool();
    const auto& erased = member(e, "erased");
    if (erased.IsObject()) print_fields(erased, {{"at", "erased"}, {"by", "erased by"}});
    print_heading("RESPONSE");
    if (member(e, "response").IsNull())
        std::cout << (gone ? "purged: it is no longer kept\n" : "none\n");
    else
        // Again: the daemon that answers may be of an older version.
        std::cout << text::safe_json(event::redacted(event::write_json(member(e, "response"), true))) << '\n';
    print_heading("SIGNATURE");
    const auto& proof = member(e, "signature");
    if (proof.IsObject())
        print_fields(proof, {"key_id", "key_source", "key_fetched", "verified_at", "header"});
    else
        std::cout << (gone ? "purged: it is no longer kept\n" : "none: it was not checked\n");
    print_heading("DELIVERIES");
    print_rows(e, "deliveries", {"id", "handler", "state", "attempts", "planned", "finished", "reason"});
    print_heading("STORY");
    print_rows(e, "story", {"created", "type", "id", "state"});
}

/// As `verify` does, so that its words and exit codes are the same.
int verify_again(const rapidjson::Document& e, const show_options& opts) {
    const auto& proof = member(e, "signature");
    const auto body = text(e, "raw_body");
    if (!proof.IsObject() || body.empty()) {
        std::cerr << "universign-webhookd: there is nothing to verify: "
                  << (body.empty() ? "the body is no longer kept\n" : "the signature was not checked\n");
        return exit_code::data_error;
    }
    const auto io = console::standard();
    const result<std::string> keys = opts.jwks.empty() ? "{\"keys\":[" + to_json(member(proof, "key")) + "]}"
                                                       : fetch_key_set(opts.jwks, io);
    if (!keys) return complain(keys.error());
    verify_options options;
    options.jwks = opts.jwks;
    options.json = opts.json;
    options.explain = true;
    return verify_with(*keys, text(proof, "header"), body, options, io);
}

int show(const show_options& opts) {
    auto path = "/v1/events/" + encoded(opts.id);
    add_parameter(path, "endpoint", opts.endpoint);
    const auto e = admin_client(opts.admin).call("GET", path);
    if (!e) return complain(e.error());
    if (opts.verify) return verify_again(*e, opts);
    if (opts.raw)
        std::cout << text(*e, "raw_body") << std::flush;
    else if (opts.json)
        print_json(*e);
    else
        print_detail(*e);
    return exit_code::ok;
}

} // namespace

void add_event_show(CLI::App& events, int& exit_code) {
    auto opts = std::make_shared<show_options>();
    auto* showing = events.add_subcommand("show", "One event with its body, proof, deliveries and story");
    add_admin_options(*showing, opts->admin);
    showing->add_option("ID", opts->id, "of the event")->required();
    showing->add_option("--endpoint", opts->endpoint, "where several endpoints have the id");
    auto* json = showing->add_flag("--json", opts->json, "print JSON");
    auto* raw = showing->add_flag("--raw", opts->raw, "print the body as received, nothing else");
    showing->add_flag("--verify", opts->verify, "check the signature again, here and now");
    showing->add_option("--jwks", opts->jwks, "with --verify: these keys (a file or a URL)")
        ->type_name("FILE|URL");
    raw->excludes(json);
    showing->callback([opts, &exit_code] { exit_code = show(*opts); });
}

} // namespace webhookd::cli
