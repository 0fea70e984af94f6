#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/text/json_writer.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace webhookd::http {
namespace {

using namespace std::chrono_literals;

struct rule {
    errc code;
    http::status status;
    std::string_view detail;             ///< empty: the failure's own
    std::chrono::seconds retry_after{0}; ///< 0: the same request would fail again
};

constexpr std::string_view unproven = "The signature is missing or not valid.";
constexpr std::string_view not_kept = "Events cannot be kept at the moment.";
constexpr std::string_view stopping = "The service is stopping.";

constexpr std::array sender_rules{
    rule{errc::signature_missing, status::unauthorized, unproven},
    rule{errc::signature_repeated, status::unauthorized, unproven},
    rule{errc::signature_malformed, status::unauthorized, unproven},
    rule{errc::header_not_accepted, status::unauthorized, unproven},
    rule{errc::algorithm_not_accepted, status::unauthorized, unproven},
    rule{errc::key_unknown, status::unauthorized, unproven},
    rule{errc::key_unusable, status::unauthorized, unproven},
    rule{errc::signature_mismatch, status::unauthorized, unproven},
    rule{errc::not_json, status::bad_request, "The body is not a JSON object."},
    rule{errc::envelope_incomplete, status::bad_request, "The envelope lacks a usable id or type."},
    rule{errc::json_too_large, status::payload_too_large, "The body is too large."},
    rule{errc::keys_unavailable, status::service_unavailable, "The public keys cannot be had at the moment.",
         30s},
    rule{errc::queue_full, status::service_unavailable, "Too much is waiting.", 5s},
    rule{errc::shutting_down, status::service_unavailable, stopping, 5s},
    rule{errc::store_full, status::service_unavailable, not_kept, 30s},
    rule{errc::store_io, status::service_unavailable, not_kept, 30s},
    rule{errc::store_busy, status::service_unavailable, not_kept, 30s},
    rule{errc::store_corrupt, status::service_unavailable, not_kept, 30s},
};

constexpr std::array api_rules{
    rule{errc::argument_invalid, status::bad_request, {}},
    rule{errc::store_not_found, status::not_found, {}},
    rule{errc::configuration_invalid, status::conflict, {}},
    rule{errc::query_timeout, status::service_unavailable,
         "The search took too long: narrow it, by a period for instance.", 5s},
    rule{errc::queue_full, status::service_unavailable, {}, 5s},
    rule{errc::shutting_down, status::service_unavailable, stopping, 5s},
    rule{errc::network, status::bad_gateway, {}},
    rule{errc::network_timeout, status::gateway_timeout, {}},
    rule{errc::http_status, status::bad_gateway, {}},
};

} // namespace

response problem(status s, std::string_view told) {
    const auto detail = secrets::masked(told);
    const auto title = boost::beast::http::obsolete_reason(s);
    text::json_writer out;
    out.begin_object();
    out.text("type", "about:blank");
    out.text("title", std::string_view(title.data(), title.size()));
    out.number("status", static_cast<int>(s));
    out.text("detail", detail);
    out.end_object();
    return {s, "application/problem+json", std::string(out.view()), {}};
}

response unavailable(std::string_view detail, std::chrono::seconds retry_after) {
    auto r = problem(status::service_unavailable, detail);
    r.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
    return r;
}

response method_not_allowed(std::string_view allowed) {
    auto r = problem(status::method_not_allowed, "This path takes " + std::string(allowed) + ".");
    r.headers.emplace_back("Allow", std::string(allowed));
    return r;
}

std::optional<response> to_response(const failure& f, audience to) {
    const std::span<const rule> rules =
        to == audience::sender ? std::span<const rule>(sender_rules) : std::span<const rule>(api_rules);
    const auto found = std::ranges::find(rules, f.code, &rule::code);
    if (found == rules.end()) return std::nullopt;
    const auto detail = found->detail.empty() ? std::string_view(f.detail) : found->detail;
    if (found->retry_after > 0s) return unavailable(detail, found->retry_after);
    return problem(found->status, detail);
}

} // namespace webhookd::http
