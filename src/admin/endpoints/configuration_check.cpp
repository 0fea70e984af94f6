#include "admin/endpoints/configuration_check.hpp"

#include <webhookd/http/problem.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/request_body.hpp"

#include <utility>

namespace webhookd::admin {
namespace {

/// What stands for every reference of a text that somebody sends: nobody may ask this host's environment and
/// files in this way. An address, because that is what is checked most.
constexpr const char* stand_in = "https://reference.example/";

config::secret_sources no_references() {
    const auto found = [](const auto&) { return std::optional<std::string>(stand_in); };
    return {found, found, {}, {}};
}

void write(json_response& json, const config::diagnostic& d) {
    json.begin_object();
    json.text("severity", d.severity == config::severity::error ? "error" : "warning");
    json.number("line", std::int64_t{d.line});
    json.number("column", std::int64_t{d.column});
    json.maybe_text("key", d.key);
    json.text("message", d.message);
    json.end_object();
}

} // namespace

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

outcome check_configuration(const call& c) {
    const auto body = request_body::parse(c.request, {"configuration"});
    if (!body) return body.error();
    const auto yaml = body->text("configuration");
    if (!yaml) return yaml.error();
    if (yaml->empty()) return failure{errc::argument_invalid, "the body must have 'configuration', a text"};
    const auto loaded = load_sent_text(*yaml);
    json_response json;
    json.begin_object();
    json.text("object", "configuration_check");
    json.flag("valid", loaded.value.has_value());
    json.key("data");
    json.begin_array();
    for (const auto& each : loaded.diagnostics)
        write(json, each);
    json.end_array();
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
