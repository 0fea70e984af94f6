#include <webhookd/event/envelope.hpp>
#include <webhookd/event/metadata.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/await_callback.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/signature/verifier.hpp>

#include "ingest/answers.hpp"

#include <boost/beast/core/string.hpp>

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

bool is_json(std::string_view content_type) {
    auto media = content_type.substr(0, content_type.find(';'));
    media = media.substr(0, media.find_last_not_of(" \t") + 1);
    const auto ends_with_json =
        media.size() > 5 && boost::beast::iequals(media.substr(media.size() - 5), "+json");
    return boost::beast::iequals(media, "application/json") || ends_with_json;
}

/// A sender that names no type sends what it must: JSON. One that names another, or compresses, cannot be
/// Universign.
bool acceptable_content(const http::fields& headers) {
    const auto type = headers.find(http::field::content_type);
    const auto coding = headers.find(http::field::content_encoding);
    return (type == headers.end() || is_json({type->value().data(), type->value().size()})) &&
           (coding == headers.end() || boost::beast::iequals(coding->value(), "identity"));
}

result<std::string> signature_of(const http::fields& headers) {
    const auto [first, last] = headers.equal_range({signature_header.data(), signature_header.size()});
    if (first == last) return failure{errc::signature_missing};
    if (std::next(first) != last) return failure{errc::signature_repeated};
    return std::string(first->value());
}

bool is_deferral(http::status s) {
    return s == status::service_unavailable;
}

} // namespace

receiver::receiver(receiver_options options, store::group_writer& writer, const runtime::clock& clock)
    : options_(std::move(options))
    , writer_(writer)
    , clock_(clock) {
    for (const auto& endpoint : options_.endpoints)
        endpoints_.emplace(endpoint.path, place{endpoint});
}

std::optional<http::response> receiver::admit(const http::request& r) {
    const auto found = endpoints_.find(r.path);
    if (found == endpoints_.end()) {
        astray_.mine().fetch_add(1, std::memory_order_relaxed);
        return problem(status::not_found, "No endpoint is configured at this path.");
    }
    const auto& [endpoint, counts] = found->second;
    if (r.headers.method() != http::verb::post) {
        counts->refused(header_refusal::method);
        return http::method_not_allowed("POST");
    }
    const auto& allowed = options_.allowed_sources;
    if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(),
                                         [&](const auto& net) { return net.contains(r.client); })) {
        counts->refused(header_refusal::source);
        log::warning("a source that is not allowed was turned away",
                     {{"endpoint", endpoint.name}, {"source", r.client}});
        return problem(status::forbidden, "This source is not allowed.");
    }
    if (!acceptable_content(r.headers)) {
        counts->refused(header_refusal::content);
        return problem(status::unsupported_media_type,
                       "Webhooks are application/json without a content coding.");
    }
    if (options_.overloaded && options_.overloaded()) {
        counts->refused(header_refusal::backlog);
        if (options_.deferred) options_.deferred(endpoint.name, errc::queue_full);
        return to_answer(failure{errc::queue_full});
    }
    return std::nullopt;
}

task<http::response> receiver::handle(http::request& r) {
    const auto& at = endpoints_.find(r.path)->second;
    at.counts->received();
    auto answer = co_await receive(at, r);
    if (answer) co_return std::move(*answer);

    const auto& why = answer.error();
    auto refusal = to_answer(why);
    at.counts->refused(why.code);
    if (is_deferral(refusal.status) && options_.deferred) options_.deferred(at.endpoint.name, why.code);
    log::warning(is_deferral(refusal.status) ? "a webhook cannot be kept now" : "a webhook was refused",
                 {{"endpoint", at.endpoint.name},
                  {"source", r.client},
                  {"status", static_cast<unsigned>(refusal.status)},
                  {"reason", to_string(why.code)},
                  {"detail", why.detail}});
    co_return refusal;
}

task<result<http::response>> receiver::receive(const place& at, http::request& r) {
    const auto& endpoint = at.endpoint;
    const auto began = steady_clock::now();
    auto proven = co_await verify(endpoint, r);
    if (!proven) co_return proven.error();
    if (endpoint.keys != nullptr) at.counts->verified(steady_clock::now() - began);
    const auto document = event::document::parse(r.body);
    if (!document) co_return document.error();
    auto envelope = event::read_envelope(*document);
    if (!envelope) co_return envelope.error();

    store::new_event kept;
    if (options_.plan) kept.deliveries = options_.plan(endpoint.name, *envelope, *document);
    kept.consumption = event::count_consumption(*envelope, *document);
    kept.metadata = event::metadata_text(*document);
    kept.endpoint = endpoint.name;
    kept.envelope = std::move(*envelope);
    kept.body = std::move(r.body);
    kept.signature = std::move(proven->signature);
    kept.key = std::move(proven->key);
    kept.source = r.client;
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
    const auto holds = verifier.verify(*jws, r.body, p.key);
    if (holds) co_return p;
    // The key may have been replaced under its name.
    p.key = co_await endpoint.keys->find_replacement(p.key);
    if (!p.key || !verifier.verify(*jws, r.body, p.key)) co_return holds.error();
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
    }
    return sum;
}

std::map<std::string, intake_counts> receiver::intake() const {
    std::map<std::string, intake_counts> all;
    for (const auto& [path, at] : endpoints_)
        all.emplace(at.endpoint.name, at.counts->read());
    return all;
}

std::uint64_t receiver::astray() const {
    std::uint64_t sum = 0;
    astray_.for_each([&](const auto& each) { sum += each.load(std::memory_order_relaxed); });
    return sum;
}

} // namespace webhookd::ingest
