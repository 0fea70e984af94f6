#include <webhookd/event/envelope.hpp>
#include <webhookd/event/metadata.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/signature/verifier.hpp>

#include "ingest/answers.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace webhookd::ingest {

namespace asio = boost::asio;
using http::problem;
using http::status;
using runtime::task;
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
        endpoints_.emplace(endpoint.path, endpoint);
}

const receiver_endpoint& receiver::endpoint_of(const http::request& r) const {
    return endpoints_.find(r.path)->second;
}

std::optional<http::response> receiver::admit(const http::request& r) {
    const auto endpoint = endpoints_.find(r.path);
    if (endpoint == endpoints_.end())
        return problem(status::not_found, "No endpoint is configured at this path.");
    if (r.headers.method() != http::verb::post) return http::method_not_allowed("POST");
    const auto& allowed = options_.allowed_sources;
    if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(),
                                         [&](const auto& net) { return net.contains(r.client); })) {
        log::warning("a source that is not allowed was turned away",
                     {{"endpoint", endpoint->second.name}, {"source", r.client}});
        return problem(status::forbidden, "This source is not allowed.");
    }
    if (!acceptable_content(r.headers))
        return problem(status::unsupported_media_type,
                       "Webhooks are application/json without a content coding.");
    if (options_.overloaded && options_.overloaded()) {
        deferred_.fetch_add(1, std::memory_order_relaxed);
        return to_answer(failure{errc::queue_full});
    }
    return std::nullopt;
}

task<http::response> receiver::handle(http::request& r) {
    received_.fetch_add(1, std::memory_order_relaxed);
    const auto& endpoint = endpoint_of(r);
    auto answer = co_await receive(endpoint, r);
    if (answer) co_return std::move(*answer);

    const auto& why = answer.error();
    auto refusal = to_answer(why);
    (is_deferral(refusal.status) ? deferred_ : rejected_).fetch_add(1, std::memory_order_relaxed);
    log::warning(is_deferral(refusal.status) ? "a webhook cannot be kept now" : "a webhook was refused",
                 {{"endpoint", endpoint.name},
                  {"source", r.client},
                  {"status", static_cast<unsigned>(refusal.status)},
                  {"reason", to_string(why.code)},
                  {"detail", why.detail}});
    co_return refusal;
}

task<result<http::response>> receiver::receive(const receiver_endpoint& endpoint, http::request& r) {
    auto proven = co_await verify(endpoint, r);
    if (!proven) co_return proven.error();
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
    (is_new ? accepted_ : duplicates_).fetch_add(1, std::memory_order_relaxed);
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
    if (const auto holds = verifier.verify(*jws, r.body, p.key); !holds) co_return holds.error();
    co_return p;
}

namespace {

/// Carries a waiting coroutine through the writer and back to its loop. std::function wants it copyable.
template <class Handler>
struct resume_on_loop {
    runtime::executor loop;
    std::shared_ptr<Handler> handler;

    void operator()(result<append_outcome> outcome) const {
        asio::post(loop, [handler = handler, outcome = std::move(outcome)]() mutable {
            (*handler)(std::move(outcome));
        });
    }
};

} // namespace

task<result<append_outcome>> receiver::keep(store::new_event event) {
    const auto loop = co_await asio::this_coro::executor;
    auto initiate = [this, loop, &event](auto handler) {
        using handler_type = decltype(handler);
        const resume_on_loop<handler_type> resume{loop, std::make_shared<handler_type>(std::move(handler))};
        if (!writer_.submit(std::move(event), resume)) resume(failure{errc::queue_full});
    };
    co_return co_await asio::async_initiate<decltype(runtime::use_task), void(result<append_outcome>)>(
        initiate, runtime::use_task);
}

receiver::statistics receiver::snapshot() const {
    return {received_, accepted_, duplicates_, rejected_, deferred_};
}

} // namespace webhookd::ingest
