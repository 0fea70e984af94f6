#include "cli/admin_client.hpp"

#include "cli/exit_code.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace webhookd::cli {
namespace {

std::string detail_of(const rapidjson::Document& problem, int status) {
    std::string text = "HTTP " + std::to_string(status);
    if (!problem.IsObject()) return text;
    const auto detail = problem.FindMember("detail");
    if (detail != problem.MemberEnd() && detail->value.IsString())
        text += std::string(": ") + detail->value.GetString();
    return text;
}

} // namespace

void add_admin_options(CLI::App& command, admin_options& into) {
    command.add_option("--admin", into.url, "the daemon's admin listener")
        ->envname("UNIVERSIGN_WEBHOOKD_ADMIN")
        ->capture_default_str();
    command.add_option("--token", into.token, "a token of the admin API")
        ->envname("UNIVERSIGN_WEBHOOKD_TOKEN");
}

result<rapidjson::Document> admin_client::call(std::string_view method, const std::string& path) {
    outbound::http_request request;
    request.method = method;
    request.url = options_.url + path;
    request.headers = {"Accept: application/json"};
    if (!options_.token.empty()) request.headers.push_back("Authorization: Bearer " + options_.token);
    request.max_response = 64 * 1024 * 1024;
    const auto response = client_.perform(request);
    if (!response) return response.error();
    rapidjson::Document body;
    body.Parse<rapidjson::kParseIterativeFlag>(response->body.data(), response->body.size());
    if (response->status >= 300) return failure{errc::http_status, detail_of(body, response->status)};
    if (body.HasParseError() || !body.IsObject())
        return failure{errc::argument_invalid, "the answer is no JSON object; is this the admin listener?"};
    return body;
}

void add_parameter(std::string& path, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    path += path.find('?') == std::string::npos ? '?' : '&';
    path += name;
    path += '=';
    path += boost::urls::encode({value.data(), value.size()}, boost::urls::unreserved_chars);
}

int exit_code_of(const failure& f) {
    if (f.code == errc::network || f.code == errc::network_timeout) return exit_code::unavailable;
    const bool refused = f.detail.starts_with("HTTP 401") || f.detail.starts_with("HTTP 403");
    return refused ? exit_code::no_permission : exit_code::data_error;
}

} // namespace webhookd::cli
