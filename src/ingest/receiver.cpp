#include <webhookd/event/envelope.hpp>
#include <webhookd/event/json_text.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/task.hpp>
#include <webhookd/signature/verifier.hpp>
#include <webhookd/text/ascii.hpp>
#include <webhookd/text/utf8.hpp>

#include "ingest/answers.hpp"

#include <algorithm>
#include <chrono>

namespace webhookd::ingest {

using http::problem;
using http::status;
using runtime::task;
using steady_clock = std::chrono::steady_clock;
using store::append_outcome;

namespace {

constexpr std::string_view signature_header = "x-jws-signature";
/// What much public code expects, and Universign does not send.
constexpr const char* hmac_header = "x-universign-signature";

bool is_json(std::string_view content_type) {
    auto media = content_type.substr(0, content_type.find(';'));
    media = media.substr(0, media.find_last_not_of(" \t") + 1);
    const auto ends_with_json = media.size() > 5 && text::iequals(media.substr(media.size() - 5), "+json");
    return text::iequals(media, "application/json") || ends_with_json;
}

/// A sender that names no type sends what it must: JSON. One that names another, or compresses, cannot be
/// Universign.
bool acceptable_content(const http::fields& headers) {
    const auto type = headers.find(http::field::content_type);
    const auto coding = headers.find(http::field::content_encoding);
    return (type == headers.end() || is_json({type->value().data(), type->value().size()})) &&
           (coding == headers.end() || text::iequals(coding->value(), "identity"));
}

result<std::string> signature_of(const http::fields& headers) {
    const auto [first, last] = headers.equal_range({signature_header.data(), signature_header.size()});
    if (first == last) return failure{errc::signature_missing};
    if (std::next(first) != last) return failure{errc::signature_repeated};
    return std::string(first->value());
}

/// What the headers alone tell against a signature.
std::optional<failure> hopeless(const receiver_endpoint& endpoint, const http::fields& headers) {
    if (endpoint.keys == nullptr) return std::nullopt;
    const auto value = signature_of(headers);
    if (!value) return value.error();
    const auto jws = signature::parse_detached_jws(*value);
    if (!jws) return jws.error();
    return endpoint.keys->refuses(jws->kid);
}

/// Names of others, bounded: what is fit for the log's reader is the log's to say.
std::string listed_workspaces(const std::vector<std::string_view>& names) {
    constexpr std::size_t longest = 200;
    std::string out;
    for (const auto name : names)
        (out += out.empty() ? "" : ", ") += name.substr(0, longest + 1);
    if (out.size() <= longest) return out;
    out.resize(text::valid_utf8_prefix(std::string_view(out).substr(0, longest)));
    return out + "...";
}

bool is_deferral(http::status s) {
    return s == status::service_unavailable;
}

} // namespace

receiver::receiver(receiver_options options, const admission& admits, const store::delivery_planner& planner,
                   store::group_writer& writer, outage_recorder& outages, const runtime::clock& clock)
    : allowed_sources_(std::move(options.allowed_sources))
    , admission_(admits)
    , planner_(planner)
    , writer_(writer)
    , outages_(outages)
    , clock_(clock) {
    for (const auto& endpoint : options.endpoints)
        endpoints_.emplace(endpoint.path, endpoint_state{endpoint});
}

std::optional<http::response> receiver::admit(const http::request& r) {
    const auto found = endpoints_.find(r.path);
    if (found == endpoints_.end()) {
        unrouted_.mine().fetch_add(1, std::memory_order_relaxed);
        return problem(status::not_found, "No endpoint is configured at this path.");
    }
    const auto& [endpoint, counts] = found->second;
    if (r.headers.method() != http::verb::post) {
        counts->refused(header_refusal::method);
        return http::method_not_allowed("POST");
    }
    const auto is_within = [&](const auto& net) { return net.contains(r.caller.address); };
    if (!allowed_sources_.empty() && std::ranges::none_of(allowed_sources_, is_within)) {
        counts->refused(header_refusal::source);
        log::sampled(log::level::warning, "a source that is not allowed was turned away",
                     {{"endpoint", endpoint.name}}, {{"source", r.caller.address}});
        return problem(status::forbidden, "This source is not allowed.");
    }
    if (endpoint.keys == nullptr && !r.caller.local) {
        counts->refused(header_refusal::source);
        log::sampled(
            log::level::warning, "an endpoint without signatures serves direct requests from this host only",
            {{"endpoint", endpoint.name}, {"reason", r.caller.doubt}}, {{"source", r.caller.address}});
        return problem(
            status::forbidden,
            "This endpoint checks no signatures, so only a direct request from this host is taken, "
            "and this request " +
                std::string(r.caller.doubt) + ". Let it check them (signature.mode: required).");
    }
    if (!acceptable_content(r.headers)) {
        counts->refused(header_refusal::content);
        return problem(status::unsupported_media_type,
                       "Webhooks are application/json without a content coding.");
    }
    if (const auto why = hopeless(endpoint, r.headers)) return refuse(found->second, r, *why);
    return std::nullopt;
}

task<http::response> receiver::handle(http::request& r) {
    const auto& at = endpoints_.find(r.path)->second;
    at.counts->received();
    auto answer = co_await receive(at, r);
    if (answer) co_return std::move(*answer);

    co_return refuse(at, r, answer.error());
}

http::response receiver::refuse(const endpoint_state& at, const http::request& r, const failure& why) const {
    const bool hmac = why.code == errc::signature_missing && r.headers.find(hmac_header) != r.headers.end();
    auto refusal = hmac ? refuse_hmac() : to_response(why);
    at.counts->refused(why.code);
    if (is_deferral(refusal.status)) outages_.deferred(at.endpoint.name, why.code);
    log::sampled(log::level::warning,
                 is_deferral(refusal.status) ? "a webhook cannot be kept now" : "a webhook was refused",
                 {{"endpoint", at.endpoint.name}, {"reason", to_string(why.code)}},
                 {{"source", r.caller.address},
                  {"status", static_cast<unsigned>(refusal.status)},
                  {"detail", hmac ? std::string_view("X-Universign-Signature stands in its place")
                                  : std::string_view(why.detail)}});
    return refusal;
}

task<result<http::response>> receiver::receive(const endpoint_state& at, http::request& r) {
    const auto& endpoint = at.endpoint;
    const auto began = steady_clock::now();
    auto proven = co_await verify(endpoint, r);
    if (!proven) co_return proven.error();
    if (endpoint.keys != nullptr) at.counts->verified(steady_clock::now() - began);
    const auto document = event::document::parse(r.body);
    if (!document) co_return document.error();
    auto envelope = event::read_envelope(*document);
    if (!envelope) co_return envelope.error();
    event::hide_api_tokens(*envelope);
    // Before anything that could put it off: it need not come again.
    if (auto ignored = ignore(at, r, envelope->id, *document)) co_return std::move(*ignored);
    // Only now: what is not proven is no webhook that was turned away.
    if (admission_.is_full()) {
        at.counts->refused(header_refusal::backlog);
        outages_.deferred(endpoint.name, errc::queue_full);
        co_return to_response(failure{errc::queue_full});
    }

    if (admission_.is_stale(*envelope)) {
        at.counts->acknowledged(false, steady_clock::now() - began);
        log::warning("an event older than the retention was acknowledged and not kept",
                     {{"endpoint", endpoint.name}, {"event", envelope->id}, {"source", r.caller.address}});
        co_return acknowledge_stale(envelope->id);
    }

    store::new_event kept;
    kept.deliveries = planner_.plan(endpoint.name, *envelope, *document);
    kept.consumption = event::count_consumption(*envelope, *document);
    kept.metadata = event::metadata_text(*document);
    kept.endpoint = endpoint.name;
    kept.envelope = std::move(*envelope);
    kept.body = std::move(r.body);
    kept.signature = std::move(proven->signature);
    if (const auto* text = proven->key ? &proven->key->text : nullptr)
        kept.key = std::shared_ptr<const store::key_text>(std::move(proven->key), text);
    kept.source = r.caller.address;
    kept.received = clock_.now();
    const std::string id = kept.envelope.id;
    const std::string type = kept.envelope.type;
    const auto outcome = co_await keep(std::move(kept));
    if (!outcome) co_return outcome.error();

    const bool is_new = outcome->status == store::append_status::accepted;
    at.counts->acknowledged(is_new, steady_clock::now() - began);
    log::debug(is_new ? "accepted" : "duplicate",
               {{"endpoint", endpoint.name}, {"event", id}, {"type", type}});
    co_return acknowledge(outcome->status, id);
}

std::optional<http::response> receiver::ignore(const endpoint_state& at, const http::request& r,
                                               const std::string& event_id,
                                               const event::document& body) const {
    const auto& only = at.endpoint.only;
    if (only.names.empty()) return std::nullopt;
    const auto named = event::workspaces(body);
    const auto owner = event::find_owner(named, only.names);
    const bool foreign = owner == event::ownership::foreign;
    if (!foreign && (owner == event::ownership::ours || !only.strict)) return std::nullopt;
    const auto why = foreign ? ignored_reason::foreign_workspace : ignored_reason::workspace_missing;
    at.counts->ignored(why);
    log::sampled(
        log::level::warning,
        foreign ? "an event of another workspace was acknowledged and not kept"
                : "an event that does not tell its workspace was acknowledged and not kept",
        {{"endpoint", at.endpoint.name}, {"reason", to_string(why)}},
        {{"event", event_id}, {"workspace", listed_workspaces(named)}, {"source", r.caller.address}});
    return acknowledge_ignored(event_id);
}

task<result<receiver::proof>> receiver::verify(const receiver_endpoint& endpoint,
                                               const http::request& r) const {
    proof p;
    if (endpoint.keys == nullptr) co_return p;
    auto value = signature_of(r.headers);
    if (!value) co_return value.error();
    p.signature = std::move(*value);
    const auto jws = signature::parse_detached_jws(p.signature);
    if (!jws) co_return jws.error();
    auto key = co_await endpoint.keys->find(jws->kid);
    if (!key) co_return key.error();
    p.key = std::move(*key);
    // Prepared OpenSSL contexts, one set for each loop's thread.
    thread_local signature::verifier verifier;
    const auto holds = verifier.verify(*jws, r.body, p.key->key);
    if (holds) co_return p;
    // The key may have been replaced under its name.
    p.key = co_await endpoint.keys->find_replacement(p.key);
    if (!p.key || !verifier.verify(*jws, r.body, p.key->key)) co_return holds.error();
    co_return p;
}

task<result<append_outcome>> receiver::keep(store::new_event event) {
    auto submit = [this, &event](auto resume) {
        if (!writer_.submit(std::move(event), resume)) resume(failure{errc::queue_full});
    };
    co_return co_await runtime::await_callback<result<append_outcome>>(submit);
}

receiver::statistics receiver::snapshot() const {
    statistics sum;
    for (const auto& [path, at] : endpoints_) {
        const auto counts = at.counts->read();
        sum.received += counts.received;
        sum.accepted += counts.accepted;
        sum.duplicates += counts.duplicates;
        for (std::size_t i = 0; i < refusals.size(); ++i)
            (refusals[i].deferral ? sum.deferred : sum.rejected) += counts.refused[i];
        for (const auto each : counts.ignored)
            sum.ignored += each;
    }
    return sum;
}

std::map<std::string, intake_counts> receiver::intake() const {
    std::map<std::string, intake_counts> all;
    for (const auto& [path, at] : endpoints_)
        all.emplace(at.endpoint.name, at.counts->read());
    return all;
}

std::uint64_t receiver::unrouted() const {
    std::uint64_t sum = 0;
    unrouted_.for_each([&](const auto& each) { sum += each.load(std::memory_order_relaxed); });
    return sum;
}

} // namespace webhookd::ingest
