#include "admin/endpoints/endpoints.hpp"

#include <algorithm>
#include <array>

namespace webhookd::admin {
namespace {

using config::role;
using enum runs_on;
constexpr auto get = http::verb::get;
constexpr auto post = http::verb::post;
constexpr auto del = http::verb::delete_;

template <class... Name>
constexpr std::array<std::string_view, sizeof...(Name)> names(Name... each) {
    return {each...};
}

template <std::size_t M, std::size_t N>
constexpr auto operator+(const std::array<std::string_view, M>& a, const std::array<std::string_view, N>& b) {
    std::array<std::string_view, M + N> all;
    std::ranges::copy(b, std::ranges::copy(a, all.begin()).out);
    return all;
}

constexpr auto no_parameters = names();
constexpr auto event_choice = names("endpoint");
constexpr auto event_filters = names("created_gt", "created_lt", "type", "api_key", "transaction", "endpoint",
                                     "q", "state", "stalled_reason", "outcome");
constexpr auto event_page = event_filters + names("limit", "cursor");
constexpr auto event_list = event_page + names("include");
constexpr auto event_histogram = event_filters + names("interval");
constexpr auto event_export = event_filters + names("payload");
constexpr auto live_filters = names("type", "endpoint", "api_key", "transaction");
constexpr auto report_period = names("created_gt", "created_lt", "endpoint");
constexpr auto report_choice = report_period + names("api_key");
constexpr auto gap_page_of_period = report_period + names("grace", "limit", "cursor");
constexpr auto replay_of_one = names("endpoint", "handler", "dry_run");
constexpr auto replay_of_many = event_page + names("handler", "dry_run");
constexpr auto purge_choice = names("created_lt", "endpoint", "dry_run", "limit", "cursor");
constexpr auto erase_choice = names("endpoint", "dry_run");
constexpr auto delivery_page =
    names("state", "handler", "event", "cause", "created_gt", "created_lt", "limit", "cursor");
constexpr auto failure_choice = names("state", "handler", "limit");
constexpr auto retry_choice = names("state", "handler", "event", "cause", "limit");
constexpr auto any_query = std::nullopt;
constexpr auto takes_json = request_content::json;

// clang-format off
constexpr route table[] = {
    {get,  "/healthz",                    open_page::health,  loop,      show_alive,        any_query},
    {get,  "/readyz",                     open_page::health,  loop,      show_readiness,    any_query},
    {get,  "/metrics",                    open_page::metrics, coroutine, show_metrics,      any_query},

    {get,  "/v1/event-types",             role::integrator,   reader,    list_event_types,  no_parameters},
    {get,  "/v1/events",                  role::integrator,   reader,    list_events,       event_list},
    {get,  "/v1/events/count",            role::integrator,   reader,    count_events,      event_filters},
    {get,  "/v1/events/histogram",        role::integrator,   reader,    show_histogram,    event_histogram},
    {get,  "/v1/events.csv",              role::integrator,   coroutine, export_csv,        event_filters},
    {get,  "/v1/events.ndjson",           role::integrator,   coroutine, export_ndjson,     event_export},
    {get,  "/v1/events/stream",           role::integrator,   coroutine, stream_events,     live_filters},
    {get,  "/v1/events/gaps",             role::integrator,   reader,    list_gaps,         gap_page_of_period},
    {get,  "/v1/events/report",           role::integrator,   reader,    show_report,       report_choice},
    {get,  "/v1/events/report/compare",   role::integrator,   coroutine, compare_report,    report_period},
    {get,  "/v1/events/{id}",             role::integrator,   reader,    show_event,        event_choice},
    {get,  "/v1/events/{id}/proof",       role::integrator,   reader,    show_proof,        event_choice},
    {post, "/v1/events/{id}/replay",      role::admin,        coroutine, replay_event,      replay_of_one},
    {post, "/v1/events/replay",           role::admin,        coroutine, replay_events,     replay_of_many},
    {post, "/v1/events/purge",            role::admin,        coroutine, purge_events,      purge_choice},
    {get,  "/v1/transactions/{id}",       role::integrator,   reader,    show_transaction,  event_choice},
    {post, "/v1/transactions/{id}/erase", role::admin,        coroutine, erase_transaction, erase_choice},

    {get,  "/v1/handlers",                role::integrator,   reader,    list_handlers,     no_parameters},
    {get,  "/v1/deliveries",              role::integrator,   reader,    list_deliveries,   delivery_page},
    {get,  "/v1/deliveries/groups",       role::integrator,   reader,    list_failures,     failure_choice},
    {get,  "/v1/deliveries/{id}",         role::integrator,   reader,    show_delivery,     any_query},
    {post, "/v1/deliveries/{id}/retry",   role::integrator,   coroutine, retry_delivery,    any_query},
    {post, "/v1/deliveries/retry",        role::integrator,   coroutine, retry_deliveries,  retry_choice},
    {post, "/v1/deliveries/{id}/discard", role::integrator,   coroutine, discard_delivery,  no_parameters, takes_json},
    {post, "/v1/deliveries/discard",      role::integrator,   coroutine, discard_deliveries, retry_choice, takes_json},
    {post, "/v1/handlers/{name}/test",    role::admin,        coroutine, test_handler,      no_parameters, takes_json},

    {get,  "/v1/instances",               role::integrator,   reader,    list_instances,    no_parameters},

    {get,  "/v1/session",                 role::integrator,   loop,      show_session,      no_parameters},
    {post, "/v1/session",                 open_page::console, loop,      sign_in,           no_parameters, takes_json},
    {del,  "/v1/session",                 open_page::console, loop,      sign_out,          no_parameters},

    {get,  "/v1/configuration",           role::admin,        reader,    show_configuration, no_parameters},
    {post, "/v1/routes/explain",          role::integrator,   reader,    explain_routes,    no_parameters, takes_json},
    {post, "/v1/configuration/check",     role::integrator,   reader,    check_configuration, no_parameters, takes_json},
    {post, "/v1/reload",                  role::admin,        coroutine, reload,            no_parameters},
};
// clang-format on

static_assert(std::ranges::all_of(table, [](const route& each) {
    return std::holds_alternative<route::coroutine>(each.run) == (each.where == coroutine);
}));

} // namespace

std::span<const route> routes() {
    return table;
}

} // namespace webhookd::admin
