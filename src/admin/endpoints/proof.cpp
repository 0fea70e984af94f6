#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/signature/proof.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/parameters.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

constexpr std::size_t longest_file_name = 64;

/// An event's id may hold what a header or a file system makes something else of.
std::string file_name(std::string_view event_id) {
    std::string name(event_id.substr(0, longest_file_name));
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    std::ranges::replace_if(
        name, [&](char c) { return !is_plain(c); }, '_');
    return name + ".proof.zip";
}

signature::proof_statement state(const store::stored_event& e, key_origin origin) {
    const auto& v = e.envelope;
    return {.event_id = v.id,
            .type = v.type,
            .endpoint = e.endpoint,
            .transaction_id = v.transaction_id,
            .created = v.created,
            .received = e.received,
            .source = e.source,
            .key_id = e.key_id,
            .key_source = std::move(origin.source),
            .key_confirmed = origin.confirmed};
}

} // namespace

outcome show_proof(const call& c) {
    auto e = find_event(c.from.events, c.id(), c.parameters);
    if (!e) return e.error();
    auto key = c.from.events.verification_key(e->offset);
    if (!key) return key.error();
    if (e->body.empty() || e->signature.empty() || key->empty())
        return http::problem(http::status::conflict,
                             e->body.empty() ? "There is no proof: the body is no longer kept."
                                             : "There is no proof: the signature was not checked.");
    auto origin = c.from.origin_of(e->endpoint, {e->key_id, *key});
    auto archive = signature::write_proof(
        {state(*e, std::move(origin)), std::move(e->body), std::move(e->signature), std::move(*key)});
    if (!archive)
        return failure{errc::store_corrupt, "a proof cannot be made: " + to_string(archive.error())};
    log::info("a proof was taken",
              {{"by", c.who.name}, {"event", e->envelope.id}, {"endpoint", e->endpoint}});
    http::response r;
    r.content_type = "application/zip";
    r.headers.emplace_back("Content-Disposition",
                           "attachment; filename=\"" + file_name(e->envelope.id) + '"');
    r.body = std::move(*archive);
    return r;
}

} // namespace webhookd::admin
