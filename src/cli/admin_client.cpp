#include "cli/admin_client.hpp"

#include <webhookd/event/json_text.hpp>
#include <webhookd/exit_code.hpp>

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

rapidjson::Document parse(const std::string& text) {
    // Deeper than an event is looked into, for the answer puts it within other things.
    constexpr event::parse_limits limits{.bytes = 64 * 1024 * 1024, .depth = 256};
    rapidjson::Document body;
    if (!event::parse_json(text, limits, body)) body.SetNull();
    return body;
}

} // namespace

bool sse_reader::take(std::string_view piece) {
    for (const char c : piece) {
        if (c != '\n') {
            if (c != '\r') line_ += c; // our own streams end lines by line feeds alone
            continue;
        }
        if (!end_line()) return false;
        line_.clear();
    }
    return true;
}

bool sse_reader::end_line() {
    if (line_.empty()) {
        if (!has_data_) {
            current_.event.clear();
            return true;
        }
        const bool on = on_message_(current_);
        current_.event.clear();
        current_.data.clear();
        has_data_ = false;
        return on;
    }
    const auto colon = line_.find(':');
    const auto name = line_.substr(0, colon);
    auto value = colon == std::string::npos ? std::string() : line_.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (name == "id") current_.id = value;
    if (name == "event") current_.event = value;
    if (name == "data") {
        if (has_data_) current_.data += '\n';
        current_.data += value;
        has_data_ = true;
    }
    return true;
}

void add_admin_options(CLI::App& command, admin_options& into) {
    command.add_option("--admin", into.url, "the daemon's admin listener")
        ->envname("UNIVERSIGN_WEBHOOKD_ADMIN")
        ->capture_default_str();
    command.add_option("--token", into.token, "a token of the admin API")
        ->envname("UNIVERSIGN_WEBHOOKD_TOKEN");
}

outbound::http_request admin_client::request_for(std::string_view method, const std::string& path) const {
    outbound::http_request request;
    request.method = method;
    request.url = options_.url + path;
    if (!options_.token.empty()) request.headers.push_back("Authorization: Bearer " + options_.token);
    request.max_response = 64 * 1024 * 1024;
    return request;
}

result<rapidjson::Document> admin_client::call(std::string_view method, const std::string& path,
                                               std::string json, std::chrono::milliseconds timeout) {
    auto request = request_for(method, path);
    if (!json.empty()) {
        request.headers.emplace_back("Content-Type: application/json");
        request.body = std::move(json);
    }
    request.headers.emplace_back("Accept: application/json");
    request.timeout = timeout;
    const auto response = client_.perform(request);
    if (!response) return response.error();
    auto answer = parse(response->body);
    if (response->status >= 300) return failure{errc::http_status, detail_of(answer, response->status)};
    if (!answer.IsObject())
        return failure{errc::not_json, "the answer is no JSON object; is this the admin listener?"};
    return answer;
}

result<void> admin_client::stream(const std::string& path, std::vector<std::string> headers,
                                  std::chrono::seconds stall,
                                  std::function<bool(std::string_view)> on_piece) {
    auto request = request_for("GET", path);
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    request.timeout = std::chrono::hours(24 * 24); // what libcurl's milliseconds hold
    request.stall_timeout = stall;
    request.on_body = std::move(on_piece);
    const auto response = client_.perform(request);
    if (!response) return response.error();
    if (response->status >= 300)
        return failure{errc::http_status, detail_of(parse(response->body), response->status)};
    return {};
}

std::string encoded(std::string_view text) {
    return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

void add_parameter(std::string& path, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    path += path.find('?') == std::string::npos ? '?' : '&';
    path += name;
    path += '=';
    path += encoded(value);
}

int exit_code_of(const failure& f) {
    // What came back tells more than that something did.
    if (f.code != errc::http_status && f.code != errc::response_too_large) return exit_code::of(f.code);
    const auto is = [&](std::string_view status) { return f.detail.starts_with(status); };
    if (is("HTTP 401") || is("HTTP 403")) return exit_code::no_permission;
    return is("HTTP 5") || is("HTTP 429") ? exit_code::unavailable : exit_code::data_error;
}

} // namespace webhookd::cli
