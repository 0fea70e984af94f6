#include "outbound/explain.hpp"

#include <webhookd/text/ascii.hpp>

#include <system_error>

namespace webhookd::outbound {
namespace {

std::string to_text(std::chrono::milliseconds t) {
    return t.count() % 1000 == 0 ? std::to_string(t.count() / 1000) + " s"
                                 : std::to_string(t.count()) + " ms";
}

/// `connection refused`, where the system gave a reason.
std::string system_reason(CURL* easy, std::string otherwise) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    if (number == 0) return otherwise;
    auto reason = std::generic_category().message(static_cast<int>(number));
    if (!reason.empty()) reason[0] = text::to_lower(reason[0]);
    return reason;
}

failure timed_out(const unanswered& u) {
    curl_off_t until_connected_us = 0;
    curl_easy_getinfo(u.easy, CURLINFO_PRETRANSFER_TIME_T, &until_connected_us);
    return {errc::network_timeout, until_connected_us == 0
                                       ? "no connection within " + to_text(u.connect_timeout)
                                       : "no answer within " + to_text(u.timeout)};
}

std::string what_failed(const unanswered& u) {
    const std::string own_words = *u.particulars != '\0' ? u.particulars : curl_easy_strerror(u.code);
    switch (u.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the host's name cannot be resolved";
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "the proxy's name cannot be resolved";
    case CURLE_COULDNT_CONNECT:
        return system_reason(u.easy, "cannot connect");
    case CURLE_GOT_NOTHING:
        return "connection closed without an answer";
    case CURLE_ABORTED_BY_CALLBACK: // what may have arrived is not sent twice
        return "connection lost before an answer";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return "connection lost: " + own_words;
    case CURLE_PARTIAL_FILE:
        return "connection closed before the answer";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: // HTTP/0.9, that is, bytes without a status line
        return "the answer is not HTTP";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
        return "TLS: " + own_words;
    default: // libcurl's fixed texts: its details may quote what was sent
        return curl_easy_strerror(u.code);
    }
}

} // namespace

failure explain(const unanswered& u) {
    if (u.code == CURLE_OPERATION_TIMEDOUT) return timed_out(u);
    return {errc::network, what_failed(u)};
}

} // namespace webhookd::outbound
