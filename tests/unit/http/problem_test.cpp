#include <webhookd/http/problem.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace webhookd;
using http::audience;

namespace {

/// The status, and where there is one the time to wait; `none` for a failure that the audience does not
/// expect.
std::string told(errc code, audience to) {
    const auto r = http::to_response({code, "its own words"}, to);
    if (!r) return "none";
    auto text = std::to_string(static_cast<unsigned>(r->status));
    for (const auto& [name, value] : r->headers)
        text += " " + name + " " + value;
    if (r->body.find("its own words") != std::string::npos) text += " with its detail";
    return text;
}

} // namespace

TEST_CASE("a failure has one status for each audience, and its detail only where it helps", "[http]") {
    const std::map<errc, std::string> senders{
        {errc::signature_missing, "401"},
        {errc::signature_repeated, "401"},
        {errc::signature_malformed, "401"},
        {errc::header_not_accepted, "401"},
        {errc::algorithm_not_accepted, "401"},
        {errc::key_unknown, "401"},
        {errc::key_unusable, "401"},
        {errc::signature_mismatch, "401"},
        {errc::not_json, "400"},
        {errc::envelope_incomplete, "400"},
        {errc::json_too_large, "413"},
        {errc::keys_unavailable, "503 Retry-After 30"},
        {errc::queue_full, "503 Retry-After 5"},
        {errc::shutting_down, "503 Retry-After 5"},
        {errc::store_full, "503 Retry-After 30"},
        {errc::store_io, "503 Retry-After 30"},
        {errc::store_busy, "503 Retry-After 30"},
        {errc::store_corrupt, "503 Retry-After 30"},
    };
    const std::map<errc, std::string> callers{
        {errc::argument_invalid, "400 with its detail"},
        {errc::store_not_found, "404 with its detail"},
        {errc::configuration_invalid, "409 with its detail"},
        {errc::query_timeout, "503 Retry-After 5"},
        {errc::queue_full, "503 Retry-After 5 with its detail"},
        {errc::shutting_down, "503 Retry-After 5"},
        {errc::network, "502 with its detail"},
        {errc::network_timeout, "504 with its detail"},
        {errc::http_status, "502 with its detail"},
    };
    for (auto number = 1; number <= static_cast<int>(errc::http_status); ++number) {
        const auto code = static_cast<errc>(number);
        INFO(to_string(code));
        const auto expected = [&](const auto& of) {
            const auto found = of.find(code);
            return found == of.end() ? std::string("none") : found->second;
        };
        CHECK(told(code, audience::sender) == expected(senders));
        CHECK(told(code, audience::api_caller) == expected(callers));
    }
}
