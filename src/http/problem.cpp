#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/text/json_writer.hpp>

namespace webhookd::http {

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

} // namespace webhookd::http
