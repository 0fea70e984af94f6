#include <webhookd/handler/log_handler.hpp>
#include <webhookd/handler/log_settings.hpp>

#include "handler/line_sink.hpp"

namespace webhookd::handler {

namespace {

class log_handler final : public handler {
public:
    log_handler(log_handler_options options, line_sink sink, const runtime::clock& clock)
        : options_(std::move(options))
        , sink_(std::move(sink))
        , clock_(clock) {}

    bool needs_body() const override { return options_.settings.include_payload; }

    result<void> handle(const delivery& d) override { return sink_.write(render(d)); }

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
    auto sink = options.settings.file.empty() ? result<line_sink>(line_sink::standard_error())
                                              : line_sink::open(options.settings.file);
    if (!sink) return sink.error();
    return std::unique_ptr<handler>(
        std::make_unique<log_handler>(std::move(options), std::move(*sink), clock));
}

} // namespace webhookd::handler
