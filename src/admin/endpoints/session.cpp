#include <webhookd/event/document.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace webhookd::admin {
namespace {

http::response session_response(const identity& who) {
    json_response json;
    json.begin_object();
    json.text("object", "session");
    json.maybe_text("name", who.token_sha256.empty() ? "" : who.name);
    json.text("role", config::name_of(who.role));
    json.instant("expires", who.session_ends);
    json.end_object();
    return json.take();
}

/// Errors: argument_invalid. The detail shows nothing of what came.
result<std::string> read_token(std::string_view body) {
    const failure wrong{errc::argument_invalid, R"(the body must be one JSON object: {"token": "..."})"};
    const auto parsed = event::document::parse(body, {.bytes = 64 * 1024, .depth = 2});
    if (!parsed) return wrong;
    const auto* token = event::document::child(parsed->root(), "token");
    if (token == nullptr || !token->IsString() || parsed->root().MemberCount() != 1) return wrong;
    return std::string(token->GetString(), token->GetStringLength());
}

} // namespace

outcome sign_in(const call& c) {
    const auto token = read_token(c.request.body);
    if (!token) return token.error();
    auto begun = c.from.who.sign_in(c.request, *token);
    if (auto* refusal = std::get_if<http::response>(&begun)) return std::move(*refusal);
    auto& session = std::get<access::signed_in>(begun);
    auto told = session_response(session.who);
    told.headers.emplace_back("Set-Cookie", std::move(session.cookie));
    return told;
}

outcome show_session(const call& c) {
    return session_response(c.who);
}

outcome sign_out(const call& c) {
    return c.from.who.sign_out(c.request);
}

} // namespace webhookd::admin
