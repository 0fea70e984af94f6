#pragma once

#include <webhookd/error.hpp>

#include <curl/curl.h>

#include <chrono>

namespace webhookd::outbound {

/// What is known of a transfer that got no answer.
struct unanswered {
    CURLcode code;
    CURL* easy;
    const char* particulars; ///< libcurl's own words, maybe empty
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds timeout;
};

/// A short text that an operator can act on, such as `connection refused` or `no answer within 10 s`, and
/// without the URL. Gives network or network_timeout.
[[nodiscard]] failure explain(const unanswered& u);

} // namespace webhookd::outbound
