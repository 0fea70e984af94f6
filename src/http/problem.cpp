#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/secrets.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace webhookd::http {

response problem(status s, std::string_view told) {
    const auto detail = secrets::masked(told);
    const auto title = boost::beast::http::obsolete_reason(s);
    rapidjson::StringBuffer buffer;
    rapidjson::Writer writer(buffer);
    writer.StartObject();
    writer.Key("type");
    writer.String("about:blank");
    writer.Key("title");
    writer.String(title.data(), static_cast<rapidjson::SizeType>(title.size()));
    writer.Key("status");
    writer.Uint(static_cast<unsigned>(s));
    writer.Key("detail");
    writer.String(detail.data(), static_cast<rapidjson::SizeType>(detail.size()));
    writer.EndObject();
    return {s, "application/problem+json", {buffer.GetString(), buffer.GetSize()}, {}};
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
