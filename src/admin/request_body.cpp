#include "admin/request_body.hpp"

#include <webhookd/event/json_text.hpp>
#include <webhookd/text/ascii.hpp>
#include <webhookd/text/printable.hpp>

#include <rapidjson/document.h>

#include <algorithm>
#include <utility>

namespace webhookd::admin {
namespace {

/// Deeper than an event is looked into, for it may lie within the body.
constexpr event::parse_limits body_limits{.bytes = 1024 * 1024, .depth = 72};

std::string_view member_text(const event::json_value& text) {
    return {text.GetString(), text.GetStringLength()};
}

/// What stands for every reference of a text that somebody sends: nobody may ask this host's environment and
/// files in this way. An address, because that is what is checked most.
constexpr const char* stand_in = "https://reference.example/";

config::secret_sources no_references() {
    const auto found = [](const auto&) { return std::optional<std::string>(stand_in); };
    return {found, found, {}, {}};
}

} // namespace

bool has_json_type(const http::request& r) {
    const auto header = r.headers[http::field::content_type];
    const std::string_view type(header.data(), header.size());
    return webhookd::text::iequals(webhookd::text::trim(type.substr(0, type.find(';'))), "application/json");
}

result<request_body> request_body::parse(const http::request& r,
                                         std::initializer_list<std::string_view> known) {
    auto object = event::document::parse(r.body.empty() ? std::string_view("{}") : r.body, body_limits);
    if (!object) return failure{errc::argument_invalid, "the body must be a JSON object"};
    for (const auto& each : object->root().GetObject())
        if (std::ranges::find(known, member_text(each.name)) == known.end())
            return failure{errc::argument_invalid, "there is no member " +
                                                       webhookd::text::in_quotes(member_text(each.name)) +
                                                       " here"};
    return request_body(std::move(*object));
}

result<std::string> request_body::text(std::string_view member) const {
    const auto* value = event::document::child(object_.root(), member);
    if (value == nullptr || value->IsNull()) return std::string();
    if (value->IsString()) return std::string(member_text(*value));
    return failure{errc::argument_invalid, "'" + std::string(member) + "' must be a text"};
}

result<std::optional<std::string>> request_body::json(std::string_view member) const {
    const auto* value = event::document::child(object_.root(), member);
    if (value == nullptr || value->IsNull()) return std::optional<std::string>();
    if (value->IsString()) return std::optional(std::string(member_text(*value)));
    if (value->IsObject()) return std::optional(event::write_json(*value));
    return failure{errc::argument_invalid,
                   "'" + std::string(member) + "' must be a JSON object, or a text that holds one"};
}

config::loaded load_sent_text(std::string_view yaml) {
    return config::load_text(yaml, "configuration", no_references());
}

std::string mistakes_of(const config::loaded& loaded) {
    std::string lines;
    for (const auto& each : loaded.diagnostics) {
        if (each.severity != config::severity::error) continue;
        if (!lines.empty()) lines += '\n';
        lines += to_string(each);
    }
    return lines;
}

} // namespace webhookd::admin
