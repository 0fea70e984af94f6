#include <webhookd/handler/forward_handler.hpp>
#include <webhookd/handler/handler_factory.hpp>
#include <webhookd/handler/log_handler.hpp>
#include <webhookd/handler/log_settings.hpp>
#include <webhookd/handler/shell_handler.hpp>
#include <webhookd/runtime/log.hpp>

#include <boost/asio/post.hpp>

#include <optional>
#include <variant>

namespace webhookd::handler {

class handler_factory::implementation {
public:
    explicit implementation(const runtime::clock& clock)
        : clock_(clock) {}

    result<std::unique_ptr<handler>> make(const config::handler& h) {
        return std::visit([&](const auto& settings) { return make(h, settings); }, h.kind);
    }

    void enlist(runtime::roll_call& roll) {
        roll.add("outbound", [this](const auto& answer) { http_ ? http_->ask(answer) : answer(); });
        roll.add("programs", [this](const auto& answer) {
            programs_ ? boost::asio::post((*programs_)[0], answer) : answer();
        });
    }

private:
    result<std::unique_ptr<handler>> make(const config::handler& h, const config::log_handler& settings) {
        const auto format = settings.format ? to_log(*settings.format) : log::current_format();
        return make_log_handler({h.name, settings, format, h.common.timeout}, clock_);
    }
    result<std::unique_ptr<handler>> make(const config::handler& h, const config::forward_handler& settings) {
        if (!http_) http_.emplace();
        return make_forward_handler({h.name, settings, h.common.timeout}, *http_, clock_);
    }
    result<std::unique_ptr<handler>> make(const config::handler& h, const config::shell_handler& settings) {
        if (!programs_) programs_.emplace(1, "programs");
        return make_shell_handler({h.name, settings, h.common.timeout}, (*programs_)[0]);
    }

    const runtime::clock& clock_;
    std::optional<outbound::http_engine> http_;
    std::optional<runtime::event_loops> programs_;
};

std::string contents_of(const config::handler& settings) {
    const auto* forward = std::get_if<config::forward_handler>(&settings.kind);
    if (forward == nullptr) return {};
    return outbound::http_engine::files_digest(
        {forward->ca_file, forward->client_certificate, forward->client_key});
}

handler_factory::handler_factory(const runtime::clock& clock)
    : self_(std::make_unique<implementation>(clock)) {}

handler_factory::~handler_factory() = default;

void handler_factory::enlist(runtime::roll_call& roll) {
    self_->enlist(roll);
}

result<std::unique_ptr<handler>> handler_factory::make(const config::handler& settings) {
    return self_->make(settings);
}

} // namespace webhookd::handler
