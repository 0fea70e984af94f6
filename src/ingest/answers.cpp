#include "ingest/answers.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/store/displaced.hpp>
#include <webhookd/text/json_writer.hpp>

namespace webhookd::ingest {

using namespace std::chrono_literals;
using http::problem;
using http::status;
using http::unavailable;

namespace {

/// RFC 9110 §11.6.1: a 401 names a challenge. No scheme is registered for signatures of this form.
http::response unproven(std::string_view detail) {
    auto r = problem(status::unauthorized, detail);
    r.headers.emplace_back("WWW-Authenticate",
                           "Detached-JWS realm=\"universign-webhookd\", header=\"x-jws-signature\"");
    return r;
}

} // namespace

http::response to_answer(const failure& f) {
    switch (f.code) {
    case errc::signature_missing:
    case errc::signature_repeated:
    case errc::signature_malformed:
    case errc::header_not_accepted:
    case errc::algorithm_not_accepted:
    case errc::key_unknown:
    case errc::key_unusable:
    case errc::signature_mismatch:
        return unproven("The signature is missing or not valid.");

    case errc::not_json:
        return problem(status::bad_request, "The body is not a JSON object.");
    case errc::envelope_incomplete:
        return problem(status::bad_request, "The envelope lacks a usable id or type.");
    case errc::json_too_large:
        return problem(status::payload_too_large, "The body is too large.");

    case errc::keys_unavailable:
        return unavailable("The public keys cannot be had at the moment.", 30s);
    case errc::queue_full:
        return unavailable("Too much is waiting.", 5s);
    case errc::shutting_down:
        return unavailable("The service is stopping.", 5s);
    case errc::store_full:
    case errc::store_io:
    case errc::store_busy:
    case errc::store_corrupt:
        if (store::tells_of_displaced_files(f))
            return unavailable("Events cannot be kept at the moment: " + f.detail + ".", 30s);
        return unavailable("Events cannot be kept at the moment.", 30s);

    default:
        return problem(status::internal_server_error, "The request could not be handled; the log tells why.");
    }
}

http::response refuse_hmac() {
    return unproven(
        "The signature is missing or not valid: Universign sends no X-Universign-Signature, it signs "
        "with PS256 in the header x-jws-signature (a detached JWS), without a shared secret.");
}

namespace {

http::response answer_with(std::string_view word, std::string_view event_id) {
    text::json_writer out;
    out.begin_object();
    out.text("status", word);
    out.text("event", event_id);
    out.end_object();
    return {http::status::ok, "application/json", std::string(out.view()), {}};
}

} // namespace

http::response acknowledge(store::append_status status, std::string_view event_id) {
    return answer_with(status == store::append_status::accepted ? "accepted" : "duplicate", event_id);
}

http::response acknowledge_stale(std::string_view event_id) {
    return answer_with("stale", event_id);
}

http::response acknowledge_ignored(std::string_view event_id) {
    return answer_with("ignored", event_id);
}

} // namespace webhookd::ingest
