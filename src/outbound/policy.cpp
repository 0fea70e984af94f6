#include "outbound/policy.hpp"

namespace webhookd::outbound {

void set_policy(CURL* easy, const origin& target) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Otherwise the end of a transfer waits for the thread that resolves its host's name, for as long as the
    // name server is silent: every other transfer, and the daemon's end, would wait too.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    // Not even an empty pass phrase opens an encrypted key, but OpenSSL then does not ask for one on the
    // terminal.
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
    // libcurl's cache of a CA file outlives changes of the file.
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "universign-webhookd/" WEBHOOKD_VERSION);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    // A proxy from the environment is meant for other hosts: to it, loopback would be its own host.
    if (is_loopback(target)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

void set_authorities(CURL* easy, std::string_view pem) {
    curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
}

bool is_one_line(std::string_view text) noexcept {
    // One search after the other: each tests many bytes at once.
    return text.find('\r') == text.npos && text.find('\n') == text.npos && text.find('\0') == text.npos;
}

bool is_header_line(std::string_view line) noexcept {
    const auto colon = line.find(':');
    return colon != 0 && colon != std::string_view::npos && is_one_line(line);
}

std::string to_curl_header(std::string line) {
    const auto colon = line.find(':');
    if (line.find_first_not_of(" \t", colon + 1) == std::string::npos) line.replace(colon, line.npos, ";");
    return line;
}

} // namespace webhookd::outbound
