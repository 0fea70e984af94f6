#include "ingest/answers.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/store/event_log.hpp>
#include <webhookd/text/json_writer.hpp>

namespace webhookd::ingest {

using namespace std::chrono_literals;

namespace {

/// RFC 9110 §11.6.1: a 401 names a challenge. No scheme is registered for signatures of this form.
void challenge(http::response& r) {
    r.headers.emplace_back("WWW-Authenticate",
                           "Detached-JWS realm=\"universign-webhookd\", header=\"x-jws-signature\"");
}

} // namespace

http::response to_response(const failure& f) {
    if (store::tells_of_displaced_files(f))
        return http::unavailable("Events cannot be kept at the moment: " + f.detail + ".", 30s);
    auto told = http::to_response(f, http::audience::sender);
    if (!told)
        return http::problem(http::status::internal_server_error,
                             "The request could not be handled; the log tells why.");
    if (told->status == http::status::unauthorized) challenge(*told);
    return std::move(*told);
}

http::response refuse_hmac() {
    auto r = http::problem(
        http::status::unauthorized,
        "The signature is missing or not valid: Universign sends no X-Universign-Signature, it signs "
        "with PS256 in the header x-jws-signature (a detached JWS), without a shared secret.");
    challenge(r);
    return r;
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
