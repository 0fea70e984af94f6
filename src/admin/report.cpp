#include "admin/report.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/answer.hpp"
#include "admin/event_query.hpp"
#include "admin/json.hpp"
#include "admin/on_reader.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

using event::events_report;
using http::problem;
using http::status;
using runtime::task;

result<store::consumption_window> read_window(const http::request& r) {
    const auto q = query::parse(r.query, {"created_gt", "created_lt", "endpoint"});
    if (!q) return q.error();
    const auto after = read_instant(*q, "created_gt");
    if (!after) return after.error();
    const auto before = read_instant(*q, "created_lt");
    if (!before) return before.error();
    return store::consumption_window{*after, *before, q->text("endpoint")};
}

/// Member for member as Universign's.
void write_members(json_answer& json, const events_report& report) {
    json.begin_object();
    json.text("object", "events-report");
    json.number("total", report.total);
    json.number("visas", report.visas);
    json.number("seals", report.seals);
    json.number("reviews", report.reviews);
    json.number("signatures", report.signatures);
    json.key("signatures_by_required_level");
    json.begin_object();
    for (const auto& [level, count] : report.signatures_by_required_level)
        json.number(level.c_str(), count);
    json.end_object();
    json.end_object();
}

http::response compared(const store::consumption_window& window, const std::string& url,
                        const events_report& ours, const events_report& theirs) {
    const auto lines = event::compare(ours, theirs);
    const auto differing =
        std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.difference() != 0; });
    json_answer json;
    json.begin_object();
    json.text("object", "events-report-comparison");
    json.instant("created_gt", window.after);
    json.instant("created_lt", window.before);
    json.maybe_text("endpoint", window.endpoint);
    json.text("asked", url);
    json.number("differing", differing);
    json.key("lines");
    json.begin_array();
    for (const auto& line : lines) {
        json.begin_object();
        json.text("field", line.field);
        json.number("received", line.received);
        json.number("universign", line.universign);
        json.number("difference", line.difference());
        json.end_object();
    }
    json.end_array();
    json.key("received");
    write_members(json, ours);
    json.key("universign");
    write_members(json, theirs);
    json.end_object();
    return json.take();
}

/// What it means to our caller that Universign's report could not be had. A refusal of our key is no refusal
/// of his token: it is a 502.
http::response without_report(const failure& f) {
    switch (f.code) {
    case errc::configuration_invalid:
        return problem(status::conflict,
                       "No key for Universign's API is configured: set universign.api.key in the "
                       "configuration and reload.");
    case errc::queue_full:
        return http::unavailable("Universign's API is being asked already.", std::chrono::seconds(5));
    default:
        break;
    }
    log::warning("Universign's report cannot be had", {{"reason", to_string(f)}});
    switch (f.code) {
    case errc::network_timeout:
        return problem(status::gateway_timeout, "Universign's API did not answer in time.");
    case errc::network:
        return problem(status::bad_gateway, "Universign's API cannot be reached; the log tells why.");
    case errc::http_status:
        if (f.detail == "401" || f.detail == "403")
            return problem(status::bad_gateway,
                           "Universign refused the key of universign.api.key (HTTP " + f.detail + ").");
        return problem(status::bad_gateway, "Universign's API answered HTTP " + f.detail + '.');
    default:
        return problem(status::bad_gateway,
                       "Universign's API answered with something that is no events-report.");
    }
}

task<result<events_report>> received(const event_sources& from, const store::consumption_window& window) {
    // Named first: GCC 12 destroys a temporary within a co_await expression twice.
    std::function<result<events_report>()> work = [&from, &window]() -> result<events_report> {
        const auto used = from.store.consumed(window);
        if (!used) return used.error();
        return event::to_report(*used);
    };
    co_return co_await on_reader<events_report>(from.readers, std::move(work));
}

task<http::response> answer_report(std::shared_ptr<const event_sources> from, http::request& r,
                                   bool compare) {
    auto allowed = from->who.authorize(r, config::role::integrator);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    const auto window = read_window(r);
    if (!window) co_return to_answer(window.error());
    // Universign's first, for it takes longer: what arrives meanwhile is rather in ours than missing.
    std::optional<events_report> theirs;
    if (compare) {
        auto asked = co_await from->universign.report(window->after, window->before);
        if (!asked) co_return without_report(asked.error());
        theirs = std::move(*asked);
    }
    const auto ours = co_await received(*from, *window);
    if (!ours) co_return to_answer(ours.error());
    if (theirs) co_return compared(*window, from->universign.url(), *ours, *theirs);
    json_answer json;
    write_members(json, *ours);
    co_return json.take();
}

} // namespace

void add_report(http::router& router, const std::shared_ptr<const event_sources>& from) {
    router.add(http::verb::get, "/v1/events/report",
               [from](http::request& r) { return answer_report(from, r, false); });
    router.add(http::verb::get, "/v1/events/report/compare",
               [from](http::request& r) { return answer_report(from, r, true); });
}

} // namespace webhookd::admin
