#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace webhookd::admin {
namespace {

using store::instance_record;

/// `own`: of the instance that answers; empty while it is not known.
void write(json_response& json, const instance_record& each, bool shares_name, std::string_view own) {
    const bool runs = each.presence == store::presence::running;
    std::vector<std::string_view> duties;
    for (const auto which : each.leads)
        duties.push_back(to_string(which));
    json.begin_object();
    json.text("object", "instance");
    json.text("name", each.name);
    json.flag("shares_name", runs && shares_name);
    json.flag("answers", each.is_self);
    json.text("state", to_string(each.presence));
    json.text("version", each.told.version);
    json.instant("since", each.since);
    json.instant("last_heartbeat", each.last_heartbeat);
    json.text("fingerprint", each.told.fingerprint);
    json.flag("differs", runs && !own.empty() && each.told.fingerprint != own);
    json.number("in_flight", each.told.in_flight);
    json.texts("leads", duties);
    json.end_object();
}

} // namespace

outcome list_instances(const call& c) {
    auto found = c.from.instances.list_instances(store::most_instances + 1);
    if (!found) return found.error();
    const bool more = found->size() > store::most_instances;
    if (more) found->pop_back();
    const auto own = std::ranges::find(*found, true, &instance_record::is_self);
    const std::string fingerprint = own == found->end() ? std::string{} : own->told.fingerprint;
    const auto shared = store::shared_names(*found);
    json_response json;
    json.begin_object();
    json.text("object", "list");
    json.key("data");
    json.begin_array();
    for (const auto& each : *found)
        write(json, each, shared.contains(each.name), fingerprint);
    json.end_array();
    json.flag("has_more", more);
    json.flag("drift", store::have_drifted(*found));
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
