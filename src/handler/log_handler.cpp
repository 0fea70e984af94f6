#include <webhookd/handler/log_handler.hpp>
#include <webhookd/handler/log_settings.hpp>

#include "handler/line_writer.hpp"

#include <utility>

namespace webhookd::handler {

namespace {

class log_handler final : public handler {
public:
    log_handler(log_handler_options options, std::unique_ptr<line_writer> writer, const runtime::clock& clock)
        : options_(std::move(options))
        , clock_(clock)
        , writer_(std::move(writer)) {}

    bool needs_body() const override { return options_.settings.include_payload; }

    void start(std::shared_ptr<const delivery> d, completion done) override {
        writer_->write(render(*d), options_.timeout, [done = std::move(done)](const result<void>& written) {
            outcome o;
            if (!written) {
                o.verdict = written.error().code == errc::shutting_down ? verdict::abandoned : verdict::retry;
                o.reason = to_string(written.error());
            }
            done(std::move(o));
        });
    }

    void cancel() override { writer_->cancel(); }

    void reopen() override {
        writer_->reopen([name = options_.name](const failure& why) {
            log::error("a handler's file cannot be opened anew; the old one stays in use",
                       {{"handler", name}, {"reason", to_string(why)}});
        });
    }

private:
    std::string render(const delivery& d) const {
        const auto& e = d.event.envelope;
        std::vector<log::field> fields{
            {"handler", options_.name}, {"endpoint", d.event.endpoint}, {"event", e.id}, {"type", e.type}};
        const auto add = [&](std::string_view key, std::string_view value) {
            if (!value.empty()) fields.emplace_back(key, value);
        };
        const auto created = e.created ? to_rfc3339(*e.created) : std::string();
        const auto received = to_rfc3339(d.event.received);
        add("created", created);
        add("received", received);
        add("transaction", e.transaction_id);
        add("object", e.object_id);
        add("state", e.state);
        add("stalled_reason", e.stalled_reason);
        add("trace", e.trace_id);
        if (d.test) fields.emplace_back("test", true);
        if (d.attempt > 1) fields.emplace_back("attempt", d.attempt);
        std::string payload;
        if (options_.settings.include_payload)
            payload = event::redacted(d.event.body, options_.settings.redact);
        add("payload", payload);
        const auto level = to_log(options_.settings.level);
        return log::render(options_.format, clock_.now(), level, "event", fields);
    }

    log_handler_options options_;
    const runtime::clock& clock_;
    std::unique_ptr<line_writer> writer_;
};

} // namespace

result<std::unique_ptr<handler>> make_log_handler(log_handler_options options, const runtime::clock& clock) {
    auto writer = line_writer::start(options.settings.file);
    if (!writer) return writer.error();
    return std::unique_ptr<handler>(
        std::make_unique<log_handler>(std::move(options), std::move(*writer), clock));
}

} // namespace webhookd::handler
