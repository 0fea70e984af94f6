#include "outbound/exchange.hpp"

#include <webhookd/text/ascii.hpp>

#include <algorithm>

namespace webhookd::outbound {
namespace {

constexpr std::size_t most_header_bytes = 64 * 1024;
constexpr std::string_view blanks = " \t\r\n";

} // namespace

void exchange::attach(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &exchange::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &exchange::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

std::string_view exchange::header(const http_response& response, std::string_view name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == response.headers.end() ? std::string_view{} : found->second;
}

// libcurl takes any count but the one it gave for a failure.
std::size_t exchange::on_header(char* data, std::size_t one, std::size_t length, void* self) {
    return static_cast<exchange*>(self)->take_header({data, one * length}) ? one * length : 0;
}

std::size_t exchange::on_body(char* data, std::size_t one, std::size_t length, void* self) {
    return static_cast<exchange*>(self)->take_body({data, one * length}) ? one * length
                                                                         : CURL_WRITEFUNC_ERROR;
}

bool exchange::take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > most_header_bytes) {
        too_large_ = true;
        return false;
    }
    if (line.starts_with("HTTP/")) { // an interim answer (100, 103) came before this one
        response_.headers.clear();
        const auto blank = line.find(' ');
        success_ = blank != std::string_view::npos && line.substr(blank + 1).starts_with('2');
        return true;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    response_.headers.emplace_back(text::to_lower(text::trim(line.substr(0, colon), blanks)),
                                   text::trim(line.substr(colon + 1), blanks));
    return true;
}

bool exchange::take_body(std::string_view piece) {
    if (sink_ && success_) return sink_(piece);
    if (piece.size() > max_body_ - response_.body.size()) {
        too_large_ = true;
        return false;
    }
    response_.body += piece;
    return true;
}

} // namespace webhookd::outbound
