#include <webhookd/files/file.hpp>
#include <webhookd/ingest/key_source.hpp>
#include <webhookd/outbound/http_client.hpp>
#include <webhookd/runtime/secrets.hpp>

namespace webhookd::ingest {

namespace {

class file_key_source final : public key_source {
public:
    explicit file_key_source(std::filesystem::path file)
        : file_(std::move(file)) {}

    result<std::string> fetch(std::stop_token) override {
        auto text = files::read_file(file_, max_key_set_bytes);
        if (!text) return failure{text.error().code, file_.string() + ": " + text.error().detail};
        return text;
    }

    std::string describe() const override { return file_.string(); }

private:
    std::filesystem::path file_;
};

class url_key_source final : public key_source {
public:
    explicit url_key_source(std::string url)
        : url_(std::move(url)) {}

    result<std::string> fetch(std::stop_token stop) override {
        outbound::http_request request;
        request.url = url_;
        request.headers = {"Accept: application/jwk-set+json, application/json"};
        request.connect_timeout = std::chrono::seconds(4);
        request.timeout = std::chrono::seconds(8);
        request.max_response = max_key_set_bytes;
        request.follow_same_host = true;
        request.stop = std::move(stop);
        auto answer = client_.perform(request);
        if (!answer) return answer.error();
        if (answer->status != 200)
            return failure{errc::http_status, "the answer's status was " + std::to_string(answer->status)};
        return std::move(answer->body);
    }

    std::string describe() const override { return secrets::shown_url(url_); }
    std::string identity() const override { return url_; }

private:
    std::string url_;
    outbound::http_client client_;
};

} // namespace

std::unique_ptr<key_source> make_key_source(const config::jwks_source& from) {
    if (from.url.empty()) return std::make_unique<file_key_source>(from.file);
    return std::make_unique<url_key_source>(from.url);
}

} // namespace webhookd::ingest
