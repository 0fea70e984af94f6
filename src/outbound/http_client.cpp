#include <webhookd/outbound/http_client.hpp>

#include "outbound/curl.hpp"
#include "outbound/tls_files.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>

namespace webhookd::outbound {
namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr int most_redirects = 3;
constexpr long most_idle_connections = 8;

failure invalid(std::string detail) {
    return {errc::argument_invalid, std::move(detail)};
}

bool is_token(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// nullopt when the request can be sent as it is.
std::optional<failure> check(const http_request& request) {
    if (!is_token(request.method)) return invalid("method: capital letters only");
    if (!is_one_line(request.url)) return invalid("URL: has a line break");
    for (const auto& header : request.headers) {
        if (!is_header_line(header)) return invalid("header: not `Name: value` on one line");
    }
    if (request.connect_timeout <= milliseconds::zero() || request.timeout <= milliseconds::zero())
        return invalid("timeout: must be more than zero");
    return std::nullopt;
}

list_ptr header_list(const http_request& request) {
    list_ptr list;
    const auto add = [&](const std::string& line) {
        auto* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc{};
        (void)list.release();
        list.reset(longer);
    };
    for (const auto& line : request.headers)
        add(to_curl_header(line));
    add("Expect:"); // waiting for 100 Continue costs a second with servers that do not know it
    return list;
}

void set_method(CURL* easy, const http_request& request) {
    if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (!request.body.empty() || request.method == "POST") {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

failure to_failure(CURLcode code, const char* particulars, const origin& target) {
    const std::string what = *particulars != '\0' ? particulars : curl_easy_strerror(code);
    const auto detail = to_string(target) + ": " + what;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return {errc::network_timeout, detail};
    case CURLE_FILESIZE_EXCEEDED:
        return {errc::response_too_large, detail};
    case CURLE_URL_MALFORMAT:
        return {errc::argument_invalid, detail};
    default: // also CURLE_UNSUPPORTED_PROTOCOL, which here only means an answer that is not HTTP
        return {errc::network, detail};
    }
}

/// libcurl asks about once a second; anything but 0 ends the transfer.
int abort_when_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

/// Keeps libcurl from sending a request again by itself where that may do things twice (RFC 9110 §9.2.2):
/// when a reused connection broke, and the first request may have arrived.
struct sending {
    CURL* easy;
    bool repeatable;
    std::optional<long> sent_before = {};
    bool refused = false;

    sending(CURL* handle, std::string_view method)
        : easy(handle)
        , repeatable(method == "GET" || method == "HEAD") {}

    static int on_request(void* self, char*, char*, int, int) {
        auto& s = *static_cast<sending*>(self);
        long sent = 0;
        curl_easy_getinfo(s.easy, CURLINFO_REQUEST_SIZE, &sent);
        if (!s.sent_before) s.sent_before = sent;
        s.refused = !s.repeatable && sent != *s.sent_before;
        return s.refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
    }
};

/// The redirects that may be followed automatically (RFC 9110 §15.4): the method stays the same.
bool keeps_method(int status, std::string_view method) {
    if (status == 307 || status == 308) return true;
    return (status == 301 || status == 302 || status == 303) && (method == "GET" || method == "HEAD");
}

} // namespace

class http_client::implementation {
public:
    result<http_response> perform(const http_request& request) {
        if (auto why = check(request)) return std::move(*why);
        auto target = origin_of(request.url);
        if (!target) return target.error();

        const auto begin = clock::now();
        auto url = request.url;
        for (int redirects = 0;; ++redirects) {
            const auto left =
                request.timeout - std::chrono::duration_cast<milliseconds>(clock::now() - begin);
            if (left <= milliseconds::zero())
                return failure{errc::network_timeout, to_string(*target) + ": redirects took all the time"};
            auto response = transfer(request, url, *target, left);
            if (!response) return response;
            response->latency = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - begin);

            const auto location = exchange::header(*response, "location");
            if (!request.follow_same_host || location.empty() ||
                !keeps_method(response->status, request.method))
                return response;
            auto next = resolve(url, std::string{location});
            if (!next) return failure{errc::network, to_string(*target) + ": redirects to no URL"};
            const auto next_target = origin_of(*next);
            if (!next_target || *next_target != *target)
                return failure{errc::network, to_string(*target) + ": redirects to " +
                                                  (next_target ? to_string(*next_target) : "another scheme") +
                                                  ", which is not followed"};
            if (redirects == most_redirects)
                return failure{errc::network, to_string(*target) + ": redirects more than 3 times"};
            url = std::move(*next);
        }
    }

private:
    result<http_response> transfer(const http_request& request, const std::string& url, const origin& target,
                                   milliseconds left) {
        CURL* easy = easy_.get();
        curl_easy_reset(easy); // forgets every option and keeps the connections
        const auto headers = header_list(request);
        std::string authorities;
        if (!request.ca_file.empty()) {
            auto pem = read_pem(request.ca_file);
            if (!pem) return pem.error();
            authorities = std::move(*pem);
        }
        exchange received{request.max_response, request.on_body};
        std::array<char, CURL_ERROR_SIZE> particulars{};

        set_policy(easy, target);
        curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, most_idle_connections);
        set_method(easy, request);
        received.attach(easy);
        curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, particulars.data());
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                         static_cast<long>(std::min(request.connect_timeout, left).count()));
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
        if (request.stall_timeout > std::chrono::seconds::zero()) {
            curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
            curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout.count()));
        }
        if (request.stop.stop_possible()) {
            curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
            curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &abort_when_stopped);
            curl_easy_setopt(easy, CURLOPT_XFERINFODATA, static_cast<const void*>(&request.stop));
        }
        if (!authorities.empty()) set_authorities(easy, authorities);
        sending once{easy, request.method};
        curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &sending::on_request);
        curl_easy_setopt(easy, CURLOPT_PREREQDATA, &once);

        const CURLcode code = curl_easy_perform(easy);
        // They end with this call, the handle does not.
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
        curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, nullptr);
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, nullptr);
        if (once.refused)
            return failure{errc::network, to_string(target) + ": connection lost before an answer"};
        if (received.too_large())
            return failure{errc::response_too_large, to_string(target) + ": more than " +
                                                         std::to_string(request.max_response) + " bytes"};
        if (code != CURLE_OK) return to_failure(code, particulars.data(), target);
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        received.response().status = static_cast<int>(status);
        return std::move(received.response());
    }

    easy_ptr easy_ = make_easy();
};

http_client::http_client()
    : self_{std::make_unique<implementation>()} {}
http_client::~http_client() = default;
http_client::http_client(http_client&&) noexcept = default;
http_client& http_client::operator=(http_client&&) noexcept = default;

result<http_response> http_client::perform(const http_request& request) {
    return self_->perform(request);
}

} // namespace webhookd::outbound
