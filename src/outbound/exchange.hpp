#pragma once

#include <webhookd/outbound/http_client.hpp>

#include <curl/curl.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace webhookd::outbound {

/// What libcurl hands over during one transfer, held to its caps while it arrives. Must outlive the transfer.
class exchange {
public:
    /// `sink` (may be empty) takes the body of a success; see http_request::on_body.
    explicit exchange(std::size_t max_body, std::function<bool(std::string_view)> sink = {})
        : max_body_{max_body}
        , sink_{std::move(sink)} {}
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    /// Makes libcurl call us.
    void attach(CURL* easy);

    [[nodiscard]] bool too_large() const noexcept { return too_large_; }
    [[nodiscard]] http_response& response() noexcept { return response_; }

    /// Empty when there is none. `name` in lower case.
    [[nodiscard]] static std::string_view header(const http_response& response, std::string_view name);

private:
    static std::size_t on_header(char* data, std::size_t one, std::size_t length, void* self);
    static std::size_t on_body(char* data, std::size_t one, std::size_t length, void* self);
    bool take_header(std::string_view line);
    bool take_body(std::string_view piece);

    std::size_t max_body_;
    std::function<bool(std::string_view)> sink_;
    bool success_ = false;
    std::size_t header_bytes_ = 0;
    bool too_large_ = false;
    http_response response_;
};

} // namespace webhookd::outbound
