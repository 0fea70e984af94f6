#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/request_body.hpp"

#include <cstdint>

namespace webhookd::admin {
namespace {

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
