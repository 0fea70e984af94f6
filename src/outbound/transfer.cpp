#include "outbound/transfer.hpp"

#include <webhookd/runtime/resources.hpp>
#include <webhookd/text/ascii.hpp>

#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace webhookd::outbound {
namespace {

// An idle handle holds some kilobytes: enough of them are kept for a busy handler, the rest is freed.
constexpr std::size_t most_idle = 64;

failure invalid_target(std::string detail) {
    return {errc::argument_invalid, std::move(detail)};
}

using std::chrono::milliseconds;

constexpr std::size_t most_response_headers = 64 * 1024;
constexpr std::size_t most_retry_after = 64; // an HTTP date has 29

// To read and drop this much is cheaper than to connect again; more is not.
constexpr std::size_t most_dropped = 64 * 1024;

constexpr std::string_view header_blanks = " \t\r\n";

// Otherwise a busy connection would stay for ever with a host that the name no longer resolves to.
constexpr long connection_lives_s = 600;

int status_of(std::string_view status_line) {
    const auto blank = status_line.find(' ');
    int status = 0;
    if (blank != std::string_view::npos)
        std::from_chars(status_line.data() + blank + 1, status_line.data() + status_line.size(), status);
    return status;
}

} // namespace

result<std::shared_ptr<post_target>> post_target::make(post_settings settings) {
    if (!is_one_line(settings.url)) return invalid_target("URL: has a line break");
    auto to = origin_of(settings.url);
    if (!to) return to.error();
    for (auto& line : settings.headers) {
        if (!is_header_line(line)) return invalid_target("header: not `Name: value` on one line");
        line = to_curl_header(std::move(line));
    }
    if (settings.connect_timeout <= milliseconds::zero() || settings.timeout <= milliseconds::zero())
        return invalid_target("timeout: must be more than zero");
    auto files = read_tls_files(settings.ca_file, settings.client_certificate, settings.client_key);
    if (!files) return files.error();
    if (auto fit =
            check_tls_files(*files, settings.ca_file, settings.client_certificate, settings.client_key);
        !fit)
        return fit.error();
    settings.headers.emplace_back("Expect:"); // waiting for 100 Continue costs a second where it is not known
    return std::make_shared<post_target>(std::move(settings), std::move(*files), std::move(*to));
}

post_target::post_target(post_settings settings, tls_files files, origin to)
    : settings_{std::move(settings)}
    , files_{std::move(files)}
    , to_{std::move(to)} {
    chain(settings_.headers, nodes_, nullptr);
}

post_target::~post_target() = default;

std::unique_ptr<transfer> post_target::take() {
    if (idle_.empty()) return std::make_unique<transfer>(*this);
    auto ready = std::move(idle_.back());
    idle_.pop_back();
    return ready;
}

void post_target::give_back(std::unique_ptr<transfer> idle) {
    if (idle_.size() < most_idle) idle_.push_back(std::move(idle));
}

void chain(std::vector<std::string>& lines, std::vector<curl_slist>& nodes, curl_slist* rest) {
    nodes.resize(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        nodes[i] = {lines[i].data(), i + 1 < lines.size() ? &nodes[i + 1] : rest};
}

transfer::transfer(post_target& target) {
    const auto& settings = target.settings();
    CURL* easy = easy_.get();
    set_policy(easy, target.to());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, particulars_.data());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &transfer::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &transfer::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_URL, settings.url.c_str());
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(settings.connect_timeout, settings.timeout).count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, connection_lives_s);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &transfer::on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &transfer::on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    // As bytes: connections made with others, read from the same path earlier, are then not used again.
    const auto& files = target.files();
    if (!files.ca.empty()) set_authorities(easy, files.ca);
    const auto set_blob = [easy](CURLoption option, const std::string& bytes) {
        curl_blob blob{const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};
        if (!bytes.empty()) curl_easy_setopt(easy, option, &blob);
    };
    set_blob(CURLOPT_SSLCERT_BLOB, files.certificate);
    set_blob(CURLOPT_SSLKEY_BLOB, files.key);
}

result<void> transfer::begin(std::shared_ptr<post_target> target, post p, http_engine::completion done) {
    target_ = std::move(target);
    post_ = std::move(p);
    done_ = std::move(done);
    answer_ = {};
    particulars_[0] = '\0';
    header_bytes_ = body_bytes_ = 0;
    sent_before_.reset();
    open_error_ = 0;
    status_ = 0;
    head_ended_ = large_head_ = false;

    for (auto& line : post_.headers) {
        if (!is_header_line(line))
            return failure{errc::argument_invalid, "header: not `Name: value` on one line"};
        line = to_curl_header(std::move(line));
    }
    chain(post_.headers, nodes_, target_->common_headers());
    CURL* easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nodes_.empty() ? target_->common_headers() : nodes_.data());
    // Without a body libcurl would ask for one, by a function that reads standard input.
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post_.body.empty() ? "" : post_.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post_.body.size()));
    return {};
}

transfer::released transfer::release() {
    post_ = {};
    return {std::exchange(target_, nullptr), std::exchange(done_, nullptr)};
}

transfer& transfer::of(CURL* easy) {
    char* self = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
    return *reinterpret_cast<transfer*>(self);
}

result<post_answer> transfer::answer(CURLcode code) {
    if (code != CURLE_OK && !head_ended_) {
        if (is_own_lack(code))
            return failure{errc::queue_full, "no descriptor or memory is left for a connection"};
        return why(code);
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    answer_.cut = answer_.cut || code != CURLE_OK;
    return std::move(answer_);
}

failure transfer::why(CURLcode code) const {
    if (large_head_) return {errc::response_too_large, "more than 64 KiB of headers"};
    return explain(
        {.code = code,
         .easy = easy_.get(),
         .particulars = particulars_.data(),
         .connect_timeout = std::min(target_->settings().connect_timeout, target_->settings().timeout),
         .timeout = target_->settings().timeout});
}

/// Of this process, not of the other side.
bool transfer::is_own_lack(CURLcode code) const {
    if (code == CURLE_OUT_OF_MEMORY || runtime::is_lack_of_resources(open_error_)) return true;
    if (code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_RESOLVE_PROXY) return false;
    // A resolver tells neither that its thread could not start nor that it could open no file.
    return std::string_view(particulars_.data()).find("thread failed") != std::string_view::npos ||
           runtime::descriptors_are_used_up();
}

/// Before each request, and once more when libcurl sends it again by itself, because a reused connection
/// broke: then it may have arrived, and the retry policy decides whether to send it again. Unless not one
/// byte was sent.
int transfer::on_request(void* self, char*, char*, int, int) {
    auto& t = *static_cast<transfer*>(self);
    long sent = 0;
    curl_easy_getinfo(t.easy(), CURLINFO_REQUEST_SIZE, &sent);
    if (!t.sent_before_) t.sent_before_ = sent;
    return sent == *t.sent_before_ ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/// As libcurl would; it does not tell why it could not.
curl_socket_t transfer::on_open(void* self, curlsocktype, curl_sockaddr* where) {
    const int fd = ::socket(where->family, where->socktype | SOCK_CLOEXEC, where->protocol);
    if (fd < 0) static_cast<transfer*>(self)->open_error_ = errno;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

// libcurl takes any count but the one it gave for a failure.
std::size_t transfer::on_header(char* data, std::size_t one, std::size_t length, void* self) {
    return static_cast<transfer*>(self)->take_header({data, one * length}) ? one * length : 0;
}

std::size_t transfer::on_body(char* data, std::size_t one, std::size_t length, void* self) {
    return static_cast<transfer*>(self)->take_body({data, one * length}) ? one * length
                                                                         : CURL_WRITEFUNC_ERROR;
}

bool transfer::take_header(std::string_view line) {
    constexpr std::string_view retry_after = "retry-after:";
    header_bytes_ += line.size();
    const bool too_much = header_bytes_ > most_response_headers;
    if (head_ended_) return !too_much; // trailers: not used
    large_head_ = too_much;
    if (too_much) return false;
    if (line.starts_with("HTTP/")) { // what came before was an interim answer
        status_ = status_of(line);
        answer_.retry_after.clear();
    } else if (text::trim(line, header_blanks).empty()) {
        head_ended_ = status_ >= 200;
    } else if (line.size() > retry_after.size() &&
               ::strncasecmp(line.data(), retry_after.data(), retry_after.size()) == 0) {
        answer_.retry_after =
            text::trim(line.substr(retry_after.size()), header_blanks).substr(0, most_retry_after);
    }
    return true;
}

bool transfer::take_body(std::string_view piece) {
    const auto keep = target_->settings().keep;
    body_bytes_ += piece.size();
    answer_.body += piece.substr(0, keep - answer_.body.size());
    answer_.cut = body_bytes_ > keep;
    return body_bytes_ <= keep + most_dropped;
}

} // namespace webhookd::outbound
