#include <webhookd/handler/log_handler.hpp>
#include <webhookd/handler/log_settings.hpp>

#include "handler/line_sink.hpp"

namespace webhookd::handler {

namespace {

result<line_sink> open_sink(const config::log_handler& settings) {
    if (settings.file.empty()) return line_sink::standard_error();
    return line_sink::open(settings.file);
}

class log_handler final : public handler {
public:
    log_handler(log_handler_options options, line_sink sink, const runtime::clock& clock)
        : options_(std::move(options))
        , sink_(std::move(sink))
        , clock_(clock) {}

    bool needs_body() const override { return options_.settings.include_payload; }

    void start(std::shared_ptr<const delivery> d, completion done) override {
        outcome o;
        if (const auto written = sink_.write(render(*d)); !written) {
            o.verdict = verdict::retry;
            o.reason = to_string(written.error());
        }
        done(std::move(o));
    }

    result<void> reopen() override {
        auto fresh = open_sink(options_.settings);
        if (!fresh) return fresh.error();
        sink_ = std::move(*fresh);
        return {};
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
        if (d.attempt > 1) fields.emplace_back("attempt", d.attempt);
        if (options_.settings.include_payload) add("payload", d.event.body);
        const auto level = to_log(options_.settings.level);
        return log::render(options_.format, clock_.now(), level, "event", fields);
    }

    log_handler_options options_;
    line_sink sink_;
    const runtime::clock& clock_;
};

} // namespace

result<std::unique_ptr<handler>> make_log_handler(log_handler_options options, const runtime::clock& clock) {
    auto sink = open_sink(options.settings);
    if (!sink) return sink.error();
    return std::unique_ptr<handler>(
        std::make_unique<log_handler>(std::move(options), std::move(*sink), clock));
}

} // namespace webhookd::handler
