#include <webhookd/handler/forward_handler.hpp>

#include "handler/forward/post.hpp"

namespace webhookd::handler {
namespace {

using config::forward_body;
using forward::append_header_text;

struct payload {
    std::string_view bytes;
    std::shared_ptr<const void> owner;
};

payload make_payload(forward_body kind, event::redaction redact, const std::shared_ptr<const delivery>& d) {
    if (kind == forward_body::raw) return {d->event.body, d};
    auto text = std::make_shared<const std::string>(kind == forward_body::envelope
                                                        ? forward::make_envelope(*d, redact)
                                                        : forward::make_cloud_event(*d, redact));
    return {*text, text};
}

std::string header(std::string_view start, std::string_view value) {
    std::string line{start};
    append_header_text(value, line);
    return line;
}

class forward_handler final : public handler {
public:
    forward_handler(forward_body body, event::redaction redact, forward::configured_headers headers,
                    forward::signer signer, std::shared_ptr<outbound::post_target> target,
                    outbound::http_engine& engine, const runtime::clock& clock)
        : body_(body)
        , redact_(redact)
        , headers_(std::move(headers))
        , signer_(std::move(signer))
        , target_(std::move(target))
        , engine_(engine)
        , clock_(clock) {}

    void start(std::shared_ptr<const delivery> d, completion done) override {
        if (d->event.body.empty()) { // an event never is: its payload was purged since
            outcome o;
            o.verdict = verdict::failed;
            o.reason = "the event's body is no longer kept";
            return done(std::move(o));
        }
        auto content = make_payload(body_, redact_, d);
        auto lines = header_lines(*d, content.bytes);
        engine_.submit(target_, {std::move(lines), content.bytes, std::move(content.owner)},
                       [&clock = clock_, done = std::move(done)](const auto& answer) {
                           done(forward::to_outcome(answer, clock.now()));
                       });
    }

    void cancel() override { engine_.cancel(*target_); }

private:
    /// Beside those that are the same for every event.
    std::vector<std::string> header_lines(const delivery& d, std::string_view body) const {
        const auto& e = d.event.envelope;
        const auto now_s = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
        std::vector<std::string> lines;
        lines.reserve(8);
        auto id = header("webhook-id: ", e.id);
        if (signer_.signs()) {
            const auto sent_id = std::string_view(id).substr(sizeof "webhook-id: " - 1);
            lines.push_back("webhook-signature: " + signer_.sign(sent_id, now_s, body));
        }
        lines.push_back(std::move(id));
        lines.push_back("webhook-timestamp: " + std::to_string(now_s));
        lines.push_back("webhookd-attempt: " + std::to_string(d.attempt));
        if (d.test) lines.emplace_back("webhookd-test: true");
        lines.push_back(header("x-universign-event: ", e.type));
        // It signs the bytes as received: with another body it would not verify.
        if (body_ == forward_body::raw && !d.event.signature.empty())
            lines.push_back(header("x-jws-signature: ", d.event.signature));
        headers_.render(d, lines);
        return lines;
    }

    forward_body body_;
    event::redaction redact_;
    forward::configured_headers headers_;
    forward::signer signer_;
    std::shared_ptr<outbound::post_target> target_;
    outbound::http_engine& engine_;
    const runtime::clock& clock_;
};

std::vector<std::string> common_headers(const forward::configured_headers& headers, forward_body body) {
    auto lines = headers.constant();
    if (!headers.has("content-type"))
        lines.emplace_back(body == forward_body::cloudevents ? "content-type: application/cloudevents+json"
                                                             : "content-type: application/json");
    return lines;
}

} // namespace

result<std::unique_ptr<handler>> make_forward_handler(forward_handler_options options,
                                                      outbound::http_engine& engine,
                                                      const runtime::clock& clock) {
    auto& settings = options.settings;
    const auto refused = [&](const failure& why, const char* key = "") {
        const auto code =
            why.code == errc::file_unreadable ? errc::file_unreadable : errc::configuration_invalid;
        return failure{code, "handlers." + options.name + ": " + key + why.detail};
    };
    if (settings.body == forward_body::raw && settings.redact.any())
        return refused({errc::configuration_invalid, "`redact` does not go with `body: raw`"});
    auto headers = forward::configured_headers::make(settings.headers);
    if (!headers) return refused(headers.error());
    auto signer = forward::signer::make(settings.secrets);
    if (!signer) return refused(signer.error(), "sign: ");
    if (settings.client_certificate.empty() != settings.client_key.empty())
        return refused(
            {errc::configuration_invalid, "`client_certificate` and `client_key` belong together"});
    auto target = outbound::http_engine::prepare({.url = std::move(settings.url),
                                                  .headers = common_headers(*headers, settings.body),
                                                  .connect_timeout = settings.connect_timeout,
                                                  .timeout = options.timeout,
                                                  .ca_file = settings.ca_file,
                                                  .client_certificate = settings.client_certificate,
                                                  .client_key = settings.client_key,
                                                  .keep = max_output});
    if (!target) return refused(target.error());
    return std::unique_ptr<handler>(std::make_unique<forward_handler>(settings.body, settings.redact,
                                                                      std::move(*headers), std::move(*signer),
                                                                      std::move(*target), engine, clock));
}

} // namespace webhookd::handler
