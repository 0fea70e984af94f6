#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/signature/proof.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/parameters.hpp"

#include <algorithm>
#include <optional>

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

/// What was kept with the key is told first: the endpoint may get its keys from elsewhere by now.
signature::proof_statement state(const store::stored_event& e, const std::optional<store::key_origin>& kept,
                                 const key_origin& now) {
    const auto& v = e.envelope;
    const bool same_source = !kept || kept->source == now.source;
    return {.event_id = v.id,
            .type = v.type,
            .endpoint = e.endpoint,
            .transaction_id = v.transaction_id,
            .created = v.created,
            .received = e.received,
            .source = e.source,
            .key_id = e.key_id,
            .key_source = kept ? kept->source : now.source,
            .key_fetched = kept ? std::optional(kept->fetched) : std::nullopt,
            .key_confirmed = same_source ? now.confirmed : std::nullopt};
}

} // namespace

outcome show_proof(const call& c) {
    auto e = find_event(c.from.events, c.id(), c.parameters);
    if (!e) return e.error();
    auto key = c.from.events.verification_key(e->offset);
    if (!key) return key.error();
    if (e->body.empty() || e->signature.empty() || key->jwk.empty())
        return http::problem(http::status::conflict,
                             e->body.empty() ? "There is no proof: the body is no longer kept."
                                             : "There is no proof: the signature was not checked.");
    const auto now = c.from.origin_of(e->endpoint, {e->key_id, key->jwk});
    auto archive = signature::write_proof(
        {state(*e, key->origin, now), std::move(e->body), std::move(e->signature), std::move(key->jwk)});
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
